#!/bin/bash
# Installs ThermIQ on Debian 12 (RevPi), or another version of it beside the one that runs.
#
#   sudo deploy/install.sh [--lan 192.0.2.0/24] [--wheels FOLDER]   install or update
#   sudo deploy/install.sh --back                                   the version before this one again
#
# What it makes: a release of its own in /opt/thermiq/releases, the link /opt/thermiq/current, the unit, the user
# thermiq, the folders /etc/thermiq and /var/lib/thermiq. Rules, state and recordings are never touched. Nothing is
# switched over before the new release has accepted the rules that are there. docs/operating/install.md tells all.
# --root FOLDER puts everything below a folder and leaves the system alone: for a look, and for tests.
set -euo pipefail
umask 022

here="$(cd "$(dirname "$0")" && pwd)"
source_tree="$(dirname "$here")"
root="" lan=() wheels="" back=""

die() {
    echo "install.sh: $*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case "$1" in
    --root | --lan | --wheels)
        [ $# -gt 1 ] || die "$1 needs a value"
        case "$1" in
        --root) root="${2%/}" ;;
        --lan) lan+=("$2") ;;
        --wheels) wheels="$2" ;;
        esac
        shift 2
        ;;
    --back) back=yes && shift ;;
    *) die "unknown: $1; see the head of this file" ;;
    esac
done

opt="$root/opt/thermiq"
rules="$root/etc/thermiq"
[ -n "$root" ] || [ "$(id -u)" = 0 ] || die "needs root: sudo $0"

on_the_system() { [ -z "$root" ]; }

release_of() { basename "$(readlink "$1")"; }

# One rename: there is always a release that counts, whole.
point() {
    ln -sfn "$2" "$1.new"
    mv -T "$1.new" "$1"
}

restart() {
    on_the_system || return 0
    systemctl daemon-reload
    systemctl is-enabled --quiet thermiq || {
        echo "Look at /etc/thermiq, then: systemctl enable --now thermiq"
        return 0
    }
    # It answers when the first scan is complete; latches and timers stand as they stood.
    systemctl restart thermiq || die "it does not start: journalctl -u thermiq; $0 --back goes back"
}

accepts_the_rules() {
    [ -e "$rules/site.yaml" ] || return 0
    "$1/bin/thermiq" check "$rules" || die "this release refuses the rules in $rules; nothing has changed"
}

go_to() {
    local release="$1"
    if [ -L "$opt/current" ]; then
        [ "$(release_of "$opt/current")" != "$release" ] || {
            echo "$release is the release that counts already"
            return 0
        }
        point "$opt/previous" "releases/$(release_of "$opt/current")"
    fi
    point "$opt/current" "releases/$release"
    echo "$release counts now"
}

if [ -n "$back" ]; then
    [ -L "$opt/previous" ] || die "there is no release before this one"
    release="$(release_of "$opt/previous")"
    [ -x "$opt/releases/$release/bin/thermiq" ] || die "the release $release is gone"
    accepts_the_rules "$opt/releases/$release"
    go_to "$release"
    restart
    exit 0
fi

python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed"
if on_the_system; then
    # durable_rules comes as source: a compiler and Python's headers, once.
    apt-get -qq install --no-install-recommends python3-venv python3-dev gcc libc6-dev >/dev/null ||
        die "apt-get could not install python3-venv python3-dev gcc libc6-dev"
    install -m 644 "$here/thermiq.sysusers" /usr/lib/sysusers.d/thermiq.conf
    install -m 644 "$here/thermiq.tmpfiles" /usr/lib/tmpfiles.d/thermiq.conf
    systemd-sysusers thermiq.conf
    systemd-tmpfiles --create thermiq.conf
fi

# A release is named by its version and by what it is made of, so two builds of one version are two.
version="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$source_tree/pyproject.toml")"
digest="$(cd "$source_tree" && find adapters engine deploy pyproject.toml -type f ! -path '*/__pycache__/*' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -c1-8)"
release="$version-$digest"
folder="$opt/releases/$release"
if [ ! -e "$folder/complete" ]; then
    rm -rf "$folder"
    mkdir -p "$opt/releases"
    "$python" -m venv "$folder"
    pip=("$folder/bin/python" -m pip --quiet --no-input --disable-pip-version-check install)
    [ -z "$wheels" ] || pip+=(--no-index --find-links "$wheels")
    setuptools="$folder/setuptools.lock"
    awk '/^[^ ]/ {wanted = /^setuptools==/} wanted' "$source_tree/requirements.lock" >"$setuptools"
    "${pip[@]}" --require-hashes -r "$setuptools"
    "${pip[@]}" --require-hashes --no-deps --no-build-isolation --use-pep517 -r "$here/requirements.lock"
    # From a copy: setuptools leaves its traces where it builds.
    mkdir "$folder/source"
    cp -rL "$source_tree"/{adapters,engine,pyproject.toml,README.md} "$folder/source/"
    "${pip[@]}" --no-deps --no-build-isolation "$folder/source"
    rm -r "$folder/source"
    cp "$source_tree/README.md" "$source_tree/CHANGELOG.md" "$folder/"
    "$folder/bin/thermiq" --version >/dev/null || die "the new release does not run"
    touch "$folder/complete"
fi
accepts_the_rules "$folder"

mkdir -p "$opt/libexec" "$root/etc/systemd/system/thermiq.service.d"
install -m 755 "$here/outputs-zero" "$opt/libexec/outputs-zero"
install -m 644 "$here/thermiq.service" "$root/etc/systemd/system/thermiq.service"
if [ ${#lan[@]} -gt 0 ]; then
    printf '# Written by install.sh --lan: the networks that the daemon may speak with.\n[Service]\nIPAddressAllow=%s\n' \
        "${lan[*]}" >"$root/etc/systemd/system/thermiq.service.d/plant-lan.conf"
fi
go_to "$release"
restart
