"""The ledger of the flexible reserve: true double entry in whole minutes.

The desk keeps a reserve so that public-order incidents don't cost the work on the safety themes.
When they do, the ledger shows which theme paid, who signed for it, and that it was paid back.

**Fences.** The minutes of a week stand in fences: the reserve, each theme, each theme's claim, each
external pool, what was deployed, and preparation. Every posting sums to zero *within each fence*:
no single posting can carry a minute from a theme into the reserve unseen. The reserve therefore
always equals free + committed + used + given back.

**Rules**, from which the walk of any week follows:

1. `commit` moves reserve from free to committed (to a case). It never draws more than is free.
2. What the reserve doesn't give is borrowed from a theme: `authorise_borrow` moves the theme's
   minutes from available to *to borrow*, per person, signed by a team lead or decider, with why.
3. `work` turns what stands for a case into work done: committed becomes used, confirmed external
   hours become worked, to borrow becomes lent and, at that moment only, a debt (*owed*) with a due
   date. Each minute is deployed once: deployed = reserve used + themes lent + external worked.
4. Reserve that isn't needed during its shift goes to theme work the same day: `give_back`. It first
   fulfils a planned pay-back, then comes from free. It pays the theme's oldest debt first; what is
   left over is booked as gained for the theme and is no credit.
5. `plan_pay_back` commits free reserve to a theme, at most what is owed and not yet planned.
   Nothing is paid before it is worked.
6. `release` (called off, moved, no-show) lets go of what wasn't worked: theme minutes first, then
   external hours, then the reserve.
7. A mistake is mended by a counter-posting (`reverse`); nothing is changed or deleted. No posting
   enters a closed week or stands earlier than the last one.
8. A week closes when nothing is free, committed, to borrow or asked for; its debts carry on.

Postings hold the moment of knowledge and that of entry. "As known at" means as entered by then.
Every function is pure: it reads postings and returns new ones, already checked against the old.
"""

from orderdesk.domain.ledger.corrections import correct_worked
from orderdesk.domain.ledger.deeds import (
    ask_external,
    authorise_borrow,
    carry_in,
    close_week,
    commit,
    confirm_external,
    give_back,
    open_week,
    plan_pay_back,
    prepare,
    release,
    resize_reserve,
    reverse,
    work,
)
from orderdesk.domain.ledger.pen import Pen, check
from orderdesk.domain.ledger.postings import (
    BOOK_NAMES,
    Account,
    Book,
    Debt,
    DebtTerms,
    Deed,
    Leg,
    Posting,
)
from orderdesk.domain.ledger.reading import (
    Balance,
    CaseLine,
    Line,
    Statement,
    ThemeLine,
    Totals,
    WeekState,
    balance,
    debts,
    hours,
    lines,
    standing_postings,
    statement,
    totals,
    unauthorised_theme_minutes,
    unplanned_debt,
    week_state,
)
from orderdesk.domain.ledger.themes import PayBackRule, Theme, Themes

__all__ = [
    "BOOK_NAMES",
    "Account",
    "Balance",
    "Book",
    "CaseLine",
    "Debt",
    "DebtTerms",
    "Deed",
    "Leg",
    "Line",
    "PayBackRule",
    "Pen",
    "Posting",
    "Statement",
    "Theme",
    "ThemeLine",
    "Themes",
    "Totals",
    "WeekState",
    "ask_external",
    "authorise_borrow",
    "balance",
    "carry_in",
    "check",
    "close_week",
    "commit",
    "confirm_external",
    "correct_worked",
    "debts",
    "give_back",
    "hours",
    "lines",
    "open_week",
    "plan_pay_back",
    "prepare",
    "release",
    "resize_reserve",
    "reverse",
    "standing_postings",
    "statement",
    "totals",
    "unauthorised_theme_minutes",
    "unplanned_debt",
    "week_state",
    "work",
]
