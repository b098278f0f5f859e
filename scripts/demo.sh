#!/bin/sh
# The main job on the real seed, in a folder of its own: allocate, be refused, report, check.
set -eu

unset VRU_LEDGER_DB VRU_LEDGER_AS VRU_LEDGER_WAIT VRU_LEDGER_NOW
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# say CODE WORDS...: show the command, run it, and stop unless it exits with CODE.
say() {
    expected=$1
    shift
    printf '$ %s\n' "$*"
    code=0
    "$@" 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then
        printf '[exit %s]\n' "$code"
    fi
    if [ "$code" -ne "$expected" ]; then
        printf 'demo: that should have exited with %s\n' "$expected" >&2
        exit 1
    fi
    printf '\n'
}

say 0 vru-ledger init
say 0 vru-ledger headroom MYENDS
say 0 vru-ledger allocate MYENDS Newham 750k --on 2021-04-01
say 3 vru-ledger allocate MYENDS Newham 0.01 --on 2021-04-02
say 0 vru-ledger report position
say 0 vru-ledger report caps --fund MYENDS
say 0 vru-ledger check
