"""The words there are, by panel of the help, each with the sentence that the list of them shows.

The sentence is the first of the command's own help: a test compares them. So the list is drawn
without importing every command.
"""

WORDS = {
    "Daily": {
        "init": "Make a new ledger; what is there already is never touched.",
        "status": "One screen: every fund, what to watch, and the head of the chain.",
        "allocate": "Promise AMOUNT of FUND to RECIPIENT, if every cap allows it.",
        "approve": "Approve what was proposed for each AWARD, or in an entry; somebody else proposed it.",
        "reject": "Turn down what was proposed for each AWARD; its money is free again.",
        "withdraw": "Withdraw what was proposed for each AWARD; its money is free again.",
        "amend": "Let AWARD grow by AMOUNT, or take AMOUNT of what is not delivered back.",
        "claim": "Approve a claim of AMOUNT on AWARD: it is owed, and not yet paid.",
        "pay": "Pay AMOUNT of what was claimed on AWARD.",
        "clawback": "Demand AMOUNT back of what was paid on AWARD.",
        "recover": "Record that AMOUNT of what AWARD owes back was received; it is free again.",
        "write-off": "Give up AMOUNT of what AWARD owes back: a loss, listed for ever.",
        "suspend": "Stop claims and payments of each AWARD until it is resumed.",
        "resume": "Let claims and payments of each suspended AWARD go on.",
        "close": "Close each AWARD: what was committed and not claimed is free again.",
        "reverse": "Undo ENTRY by its opposite: its money goes back, and under every cap it no longer counts.",
        "undo": "Undo the newest entry that was not undone yet, by its opposite; --dry-run shows it first.",
        "vire": "Move authority that nobody was promised from FUND to TO: its source and year stay.",
        "carry": "Carry authority of FUND that nobody was promised into another financial year.",
        "lapse": "Let authority of FUND that nobody was promised end with its year.",
        "surrender": "Give authority of FUND that nobody was promised back to the funder.",
    },
    "Ask": {
        "headroom": "How much more could go, and which cap stops more.",
        "map": "Every borough at its place on the grid of London: its letters, a shade and a figure.",
        "browse": "Funds, their awards and entries on the whole screen, to look around in; nothing is written.",
        "why": "Where a figure comes from: its entries, who wrote them, and their source.",
    },
    "Report": {
        "report": "Ask a question of the ledger, and choose how to see the answer.",
        "verify-report": "Make the report in FILE again as it was known then, and compare: exit 4 if a cell differs.",
    },
    "Batch": {
        "plan": "Try the steps of FILE together, and write them to PLAN; the ledger stays as it is.",
        "apply": "Record every step of PLAN, if the ledger is still where it was planned.",
        "import": "Record every row of their FILE as ours, or none; --dry-run shows how it is understood.",
    },
    "History": {
        "log": "The newest entries, with who wrote each and why.",
        "show": "One entry: every fact of it, what it moved, and its link of the chain.",
        "diff": "Every figure that moved between two points: by which entries, by whom, and why.",
        "paper": "The points that papers show figures of.",
        "period": "Periods that take entries, and those that take none.",
        "check": "Work everything out again from the entries and compare; every finding, exit 4 if any.",
    },
    "Administration": {
        "fund": "The funds.",
        "recipient": "The recipients.",
        "award": "The awards.",
        "cap": "The limits.",
        "source": "The funding sources.",
        "decision": "The decisions.",
        "authority": "Who may decide how much.",
        "role": "Who may do what, where a team shares a ledger on PostgreSQL.",
        "copy": "Write every entry of the ledger FROM again in a new one at TO, under the same hashes.",
        "backup": "Copy the ledger into FILE while others write, and prove the copy.",
        "restore": "Put the backup FILE in the ledger's place, once it is proved; the old file is kept.",
        "migrate": "Give an older ledger the tables and guards of this program; the old file is kept.",
        "doctor": "What is wrong with a ledger's file or server, and what to do; --salvage saves its entries.",
    },
}
