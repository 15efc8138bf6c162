"""What several screens share.

looks    what a piece of text means: `badge("high")`, `late(...)`, `amber(...)`, `dim(...)`, `Piece`
table    `VirtualTable`: rows of any number, cells with looks, remembered position, mouse
bars     `Gauge`, `Bars`, `Waterfall`
fan      `FanChart`: a low, a middle and a high per week
maps     `HeatMap` of a year, `HeatStrip` of weeks, `DistrictMap` of the city
why      the reasons of a class, drawn from an explanation
panels   `Panel` with a name on its border; `Banner` for what holds of the whole screen
preview  `CasePreview`: a case on half a page beside a list, read in a thread
form     `Form`, `Question`, `Reading`
head     the line with the places; keys: the line with the keys

A picture is shown by `widget.show(data)` and draws itself again when its width changes; the
function of the same name (`gauge(data, width)`) gives the same as `Content` for a `Static`.
"""
