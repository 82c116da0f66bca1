"""The goals, what is measured for each, and what they share."""

GOALS = {
    1: "The cheapest page of somebody signed in",
    2: "The list of accounts, a full page of 50",
    3: "Flat in the number of accounts and in the depth of the list",
    4: "Search",
    5: "Queries of a page",
    6: "What goes over the line",
    7: "A whole reading: fetch, parse, compare, write, history, totals",
    8: "What a reading writes",
    9: "Memory",
    11: "Charts of 30 days",
    12: "What a person waits for",
    13: "How soon a change of rights holds",
    14: "Taking in a report of a million records",
}
