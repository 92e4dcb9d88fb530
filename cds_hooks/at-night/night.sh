#!/bin/sh
# One night of Good Day: the lists of this day, in a folder with its date. The cron line, the
# systemd service and the Airflow task beside this file all run it.
#
#   night.sh          makes the lists
#   night.sh check    says whether they are there: for the morning
#
# Both end with 0 where the lists are there; with 1 where they are there and something could not be
# read; with 2 where they are not there. Unless it is 0 they say why, on standard error. The same
# stands beside the folder, in 2026-11-21.look.txt, for whoever comes for the lists.
set -u
umask 077

# What is yours: write it here, or put it into the environment.
: "${NIGHT_COMMAND:=/opt/goodday/.venv/bin/goodday}"
: "${NIGHT_LIST:=/srv/goodday/export}" # where the export is, once it has arrived
: "${NIGHT_NEW:=1}"                    # it arrives every so many days
: "${NIGHT_RULES:=/srv/goodday/practice}"
: "${GOODDAY_DATA:=/srv/goodday/data}" # who said what; with PostgreSQL set GOODDAY_STORE as well
: "${NIGHT_CLIENT:=}"                 # whose people they are, by its name in clients.toml
: "${NIGHT_FOLDERS:=/srv/goodday/nights}"
: "${NIGHT_KEEP:=30}"                  # the folders of so many days are kept
: "${NIGHT_MOST:=5h}"                  # a night that takes longer is ended
export GOODDAY_DATA

# Secrets that systemd hands over (LoadCredential=).
for name in STORE STORE_KEY; do
    secret=${CREDENTIALS_DIRECTORY:-/nowhere}/$name
    [ ! -r "$secret" ] || export "GOODDAY_$name=$(cat "$secret")"
done

day=${NIGHT_DAY:-$(TZ=Europe/London date +%F)} # the practice's day, whatever the machine has
folder=$NIGHT_FOLDERS/$day
look=$folder.look.txt
began=$NIGHT_FOLDERS/.began
scratch=$NIGHT_FOLDERS/.scratch

# Why there are no lists, or what they lack: for whoever is told, and beside the folder.
ended() {
    [ "$1" -eq 0 ] || echo "Good Day, $day: $2" >>"$look"
    cat "$look" >&2
    [ "$1" -ne 0 ] || rm -f "$look"
    exit "$1"
}

if [ "${1-}" = check ]; then
    [ -e "$look" ] || [ ! -e "$folder/today.txt" ] || exit 0
    [ ! -e "$look" ] || cat "$look" >&2
    if grep -qs "^Good Day" "$look"; then
        grep -q "no lists" "$look" || exit 1
    elif [ -e "$NIGHT_FOLDERS/.lock" ] && ! flock --nonblock "$NIGHT_FOLDERS/.lock" true; then
        echo "Good Day, $day: no lists yet, and a night is still running." >&2
    elif [ -e "$look" ]; then
        echo "Good Day, $day: no lists: the night began and was cut short." >&2
    else
        echo "Good Day, $day: no lists, and no word of why: did the night begin?" >&2
    fi
    exit 2
fi

mkdir -p "$NIGHT_FOLDERS" || exit 2
exec 9>"$NIGHT_FOLDERS/.lock" || exit 2
# Whoever holds it lets it go by ending, however that comes.
if ! flock --nonblock 9; then
    echo "Good Day, $day: an earlier night is still running, and this one did not begin." >&2
    exit 2
fi
: >"$look" || exit 2
touch "$began" || exit 2
if [ -z "$(find -L "$NIGHT_LIST" -type f -mtime "-$NIGHT_NEW" | head -n 1)" ]; then
    ended 2 "no lists: nothing in $NIGHT_LIST is newer than $NIGHT_NEW day(s). Did the export come?"
fi

# Whom a person struck out stays out: the list goes with the nights, from the folder in which it was
# changed last. That may be Friday's, looked through on Monday.
if [ ! -e "$folder/leave-out.txt" ]; then
    last=$(ls -td "$NIGHT_FOLDERS"/20[0-9][0-9]-[01][0-9]-[0-3][0-9]/leave-out.txt 2>/dev/null |
        head -n 1)
    [ -z "$last" ] || { mkdir -p "$folder" && cp "$last" "$folder/.leave-out" &&
        mv "$folder/.leave-out" "$folder/leave-out.txt"; } ||
        ended 2 "no lists: $last, which says whom to leave out, could not be carried over."
fi

rm -rf "$scratch" # of a night that was killed: it has people in it
mkdir "$scratch" || exit 2
timeout --signal=INT --kill-after=1m "$NIGHT_MOST" \
    "$NIGHT_COMMAND" population tag "$NIGHT_LIST" --to "$folder" --rules "$NIGHT_RULES" \
    --client "$NIGHT_CLIENT" --today "$day" --scratch "$scratch" >/dev/null 2>>"$look"
code=$?
rm -rf "$scratch"

# A code alone is not believed: a Python that cannot start ends with 1 as well.
if [ "$code" -gt 1 ] || [ -z "$(find "$folder/today.txt" -newer "$began" 2>/dev/null)" ]; then
    ended 2 "no lists were made (it ended with $code)."
fi
find "$NIGHT_FOLDERS" -mindepth 1 -maxdepth 1 -mtime "+$NIGHT_KEEP" \
    -name '20[0-9][0-9]-[01][0-9]-[0-3][0-9]*' -exec rm -rf {} +
if [ "$code" -eq 1 ]; then
    ended 1 "the lists are in $folder, and something could not be read: see today.txt there."
fi
echo "Good Day, $day: the lists are in $folder."
ended 0 ""
