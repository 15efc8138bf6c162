"""Column generation for rosters of many people: master, pricing, and the search around them."""
