# Recipes that people who only installed the program get: they list, back up in silence, and come into the timetable of
# the system and out of it again. The timetable itself is played: a test leaves none behind.

recipes() (
  set -euo pipefail
  home="$work/a home, 100% \$HOME"
  mkdir -p "$home/bin"
  ln -s "$bin" "$home/bin/mdarchive"
  printf '#!/bin/sh\nif [ "$1" = -l ]; then cat "$TAB" 2>/dev/null; else cat > "$TAB"; fi\n' > "$home/bin/crontab"
  chmod +x "$home/bin/crontab"
  just=$(readlink -f "$tools/venv/bin/just")
  export TAB="$home/tab" PATH="$home/bin:$PATH" HOME="$home" XDG_CONFIG_HOME="$home/config"
  unset MDARCHIVE_ARCHIVES
  cd "$home"
  mdarchive init backups
  cd backups
  "$just" | grep 'backup-all'
  "$just" backup "http://127.0.0.1:$port" > ../said 2>&1 || [ $? = 3 ]
  printf '[ours]\nurl = "http://127.0.0.1:%s"\n' "$port" > archives/mdarchive.toml
  "$just" backup-all || [ $? = 3 ]
  mdarchive gaps --accept > /dev/null
  "$just" backup-all --quiet > ../said 2>&1
  [ ! -s ../said ] || { cat ../said; echo "a quiet night says nothing"; return 1; }

  # cron, as there is no user's systemd here
  printf '#!/bin/sh\nexit 1\n' > ../bin/systemctl
  chmod +x ../bin/systemctl
  echo '0 1 * * * another' > "$TAB"
  "$just" schedule 04:05
  "$just" schedule 04:06
  [ "$(wc -l < "$TAB")" = 2 ]
  # run the line as cron does: % means a new line unless escaped, HOME and a bare PATH are all there is
  line=$(grep mdarchive "$TAB")
  [[ "$line" == "6 4 * * * "* ]]
  run=$(printf '%s' "${line#6 4 \* \* \* }" | sed 's/\\%/%/g')
  rm -rf archives/ours
  env -i HOME="$HOME" PATH=/usr/bin:/bin sh -c "$run" || [ $? = 3 ]
  [ -s archives/ours/archive.json ]
  "$just" unschedule
  [ "$(cat "$TAB")" = '0 1 * * * another' ]
  exits 2 "$just" schedule 24:00

  # systemd: the units are what systemd itself finds in order
  printf '#!/bin/sh\nexit 0\n' > ../bin/systemctl
  "$just" schedule
  units="$XDG_CONFIG_HOME/systemd/user"
  grep -q 'OnCalendar=\*-\*-\* 03:30:00' "$units"/mdarchive-*.timer
  systemd-analyze verify --user "$units"/mdarchive-*.timer "$units"/mdarchive-*.service 2> ../faults || true
  ! grep -F "$units" ../faults
  "$just" unschedule
  [ -z "$(ls "$units")" ]
)

step "nightly backups by just" recipes
