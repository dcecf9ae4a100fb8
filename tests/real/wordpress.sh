#!/usr/bin/env bash
# A real WordPress on loopback, made of Debian packages: what the tests fetch from.
#   wordpress.sh up PORT [WXR]    make the site (once, from WXR; site.xml beside this file), serve it on 127.0.0.1:PORT
#   wordpress.sh down             stop what `up` started; the site stays
#   wordpress.sh remove           down, then delete the site
#   wordpress.sh truth FILE       what WordPress itself says of every post and page, one JSON object a line
#   wordpress.sh export FILE      WXR by WordPress's own exporter
#   wordpress.sh touch SLUG TEXT  append TEXT to one post
#   wordpress.sh seed N           add N posts (seed-0001 ...) with tags, captions, comments
#   wordpress.sh theme NAME       change the design: one of Debian's, or of themes/ beside this file
# WP_STATE is the folder of the site (default: mdarchive-wordpress in the folder for temporary files): several sites can
# run side by side, each with a folder and a port. No service is installed: the packages of WordPress are unpacked into
# WP_DEBS (default: in the state folder), PHP's own server and a MariaDB without network answer.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${WP_STATE:-$(dirname "$(mktemp -u)")/mdarchive-wordpress}
debs=${WP_DEBS:-$state/debs}
sock=$state/sock
user=$(id -un)

say() { printf 'wordpress.sh: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
wait_for() { # tenths of a second, command ...
  local n=$1; shift
  until "$@" > /dev/null 2>&1; do [ "$((n -= 1))" -gt 0 ] || return 1; sleep 0.1; done
}
wp() { php -d memory_limit=1G -d display_errors=stderr "$here/wp.php" "$state/site" "http://127.0.0.1:$(cat "$state/port")" "$@"; }

install() { # the packages whose programs run; the first apt-get on a new machine may fail half-way
  local p missing=()
  for p in php-cli php-mysql php-xml php-mbstring php-gd mariadb-server-core mariadb-client-core curl; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2> /dev/null | grep -q '^ii' || missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  "$here/apt.sh" "${missing[@]}" || fail "cannot install: run as root, or install the packages yourself"
}

unpack() { # WordPress itself is only read: unpacked, not installed, so no web server comes with it
  local n themes=() missing=""
  for n in one two three; do
    themes+=("wordpress-theme-twentytwenty$n")
    [ -d "$debs/usr/share/wordpress/wp-content/themes/twentytwenty$n" ] || missing=1
  done
  [ -n "$missing" ] || return 0
  mkdir -p "$debs"
  local try
  for try in 1 2; do
    (cd "$debs" && apt-get -q download wordpress "${themes[@]}") > "$state/download.log" 2>&1 && break
    [ $try = 1 ] || { tail -3 "$state/download.log" >&2; fail "cannot download WordPress"; }
    apt-get -q update > "$state/update.log" 2>&1 || true
  done
  local deb
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$debs"; done
}

start_db() {
  if [ ! -d "$state/db/mysql" ]; then
    mariadb-install-db --no-defaults --force --user="$user" --datadir="$state/db" --auth-root-authentication-method=normal \
      --skip-test-db > "$state/install-db.log" 2>&1 || fail "cannot make a database, see $state/install-db.log"
  fi
  setsid mariadbd --no-defaults --user="$user" --datadir="$state/db" --socket="$sock" --pid-file="$state/db.pid" \
    --skip-networking --performance-schema=OFF --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-log-file-size=32M \
    --character-set-server=utf8mb4 < /dev/null > "$state/db.log" 2>&1 &
  wait_for 400 mariadb --no-defaults --socket="$sock" -uroot -e 'create database if not exists wp' || fail "MariaDB does not answer, see $state/db.log"
}

make_site() { # WXR
  rm -rf "$state/site"
  cp -r "$debs/usr/share/wordpress" "$state/site"
  rm -rf "$state/site/wp-config.php" "$state/site/wp-content/plugins"/*
  cp -r "$here/themes/." "$state/site/wp-content/themes/"
  mkdir -p "$state/site/wp-content/uploads"
  cat > "$state/site/wp-config.php" <<PHP
<?php
define('DB_NAME', 'wp'); define('DB_USER', 'root'); define('DB_PASSWORD', ''); define('DB_HOST', 'localhost:$sock');
define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', ''); \$table_prefix = 'wp_';
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as \$k) { define("{\$k}_KEY", \$k); define("{\$k}_SALT", \$k); }
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
PHP
  wp install
  wp import "$1"
  touch "$state/made"
}

up() { # PORT [WXR]
  mkdir -p "$state"
  down
  echo "$1" > "$state/port"
  install; unpack; start_db
  [ -f "$state/made" ] || make_site "${2:-$here/site.xml}"
  PHP_CLI_SERVER_WORKERS=4 setsid php -d memory_limit=256M -d display_errors=stderr -S "127.0.0.1:$1" -t "$state/site" "$here/wp.php" < /dev/null > "$state/php.log" 2>&1 &
  echo $! > "$state/php.pid"
  wait_for 200 curl -fsS -o "$state/probe" "http://127.0.0.1:$1/" || { tail -3 "$state/php.log" >&2; fail "nothing answers at http://127.0.0.1:$1/"; }
  say "http://127.0.0.1:$1/ answers: $(wp versions), MariaDB $(dpkg-query -W -f '${Version}' mariadb-server-core)"
}

down() { # each was started in a process group of its own: its workers end with it
  local name pid
  for name in php db; do
    pid=$(cat "$state/$name.pid" 2> /dev/null) || continue
    kill -TERM -- "-$pid" 2> /dev/null || true
    wait_for 300 eval "! kill -0 -- -$pid" || kill -KILL -- "-$pid" 2> /dev/null || true
    rm -f "$state/$name.pid"
  done
}

case ${1:-} in
  up) up "${2:?port}" "${@:3}" ;;
  down) down ;;
  remove) down; rm -rf "$state" ;;
  truth | export) wp "$1" > "${2:?file}" ;;
  touch) wp touch "${2:?slug}" "${3:?text}" ;;
  seed) wp seed "${2:?how many}" ;;
  theme) wp theme "${2:?name}" ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
