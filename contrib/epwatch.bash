# SPDX-License-Identifier: Apache-2.0
# bash completion for epwatch. Options and formats are read from epwatch --help, so that this
# file need not change when they do.
_epwatch()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path
    COMPREPLY=()
    # "eve:out.json" is three words where ':' breaks words.
    if [[ $cur == : || $prev == : ]]; then
        path=${cur#:}
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$path")
        return
    fi
    case $prev in
    -r | -S | --check | --site)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return ;;
    -o)
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W "$("$1" --help 2>/dev/null |
            sed -n '/^formats/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')" -- "$cur")
        return ;;
    -Z)
        mapfile -t COMPREPLY < <(compgen -u -- "$cur")
        return ;;
    --fail-on)
        mapfile -t COMPREPLY < <(compgen -W 'high medium low' -- "$cur")
        return ;;
    --write-flows)
        mapfile -t COMPREPLY < <(compgen -W 'all labelled' -- "$cur")
        return ;;
    -i)
        mapfile -t COMPREPLY < <(compgen -W "$("$1" -D 2>/dev/null |
            sed 's/^[0-9]*[.]//; s/ .*//')" -- "$cur")
        return ;;
    -c | -G | -s | -B | --stats | --wait | --threads | --max-flows | --timeouts | --explain)
        return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$1" --help 2>/dev/null |
            sed -n '/^options/,/^$/s/^  \(-[^ ]*\).*/\1/p' | tr -d ,; echo --help)" -- "$cur")
    fi
}
complete -F _epwatch epwatch
