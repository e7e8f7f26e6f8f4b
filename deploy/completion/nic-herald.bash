# bash completion for nic-herald; made of its commands by npm run man
_nic_herald() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= each
  COMPREPLY=()
  compopt -o filenames 2>/dev/null
  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in -*) ;; *) command=$each; break ;; esac
  done
  case $command in
    '') COMPREPLY=($(compgen -W 'run inspect watch announce record history plugins new-model check doctor demo help --help --version' -- "$word")) ;;
    help) COMPREPLY=($(compgen -W 'run inspect watch announce record history plugins new-model check doctor demo' -- "$word")) ;;
    run)
      case $before in
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --host) return ;;
        --qmp) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --libvirt) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --handoff-dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --handoff-nats) return ;;
        --report-dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --metrics) return ;;
        --log-level) COMPREPLY=($(compgen -W 'trace debug info warn error silent' -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--config --host --qmp --libvirt --handoff-dir --handoff-nats --report-dir --control --metrics --observe --log-level --debug --help' -- "$word")) ;;
    inspect)
      case $before in
        --qmp) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --host) return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--qmp --host --control --json --debug --help' -- "$word")) ;;
    watch)
      case $before in
        --host) return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--host --control --json --debug --help' -- "$word")) ;;
    announce)
      case $before in
        --qmp) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --host) return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --interface) return ;;
        --rounds) return ;;
        --initial) return ;;
        --max) return ;;
        --step) return ;;
      esac
      COMPREPLY=($(compgen -W '--qmp --host --control --interface --rounds --initial --max --step --dry-run --json --debug --help' -- "$word")) ;;
    record)
      case $before in
        --qmp) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --host) return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --nic) return ;;
        --words) return ;;
        --out) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--qmp --host --control --nic --words --out --force --json --debug --help' -- "$word")) ;;
    history)
      case $before in
        --report-dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --since) return ;;
        --guest) return ;;
        --outcome) COMPREPLY=($(compgen -W 'announced observed superseded failed nothing-to-announce' -- "$word")); return ;;
        -n|--last) return ;;
      esac
      COMPREPLY=($(compgen -W '--report-dir --config --since --guest --outcome --unproved --last --json --debug --help' -- "$word")) ;;
    plugins)
      case $before in
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
        --host) return ;;
        --control) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--config --host --control --json --debug --help' -- "$word")) ;;
    new-model)
      case $before in
        --dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
        --type) return ;;
      esac
      COMPREPLY=($(compgen -W '--dir --type --json --debug --help' -- "$word")) ;;
    check)
      COMPREPLY=($(compgen -f -W '--json --debug --help' -- "$word")) ;;
    doctor)
      case $before in
        -c|--config) COMPREPLY=($(compgen -f -- "$word")); return ;;
      esac
      COMPREPLY=($(compgen -W '--config --json --debug --help' -- "$word")) ;;
    demo)
      COMPREPLY=($(compgen -W '--json --debug --help' -- "$word")) ;;
  esac
}
complete -F _nic_herald nic-herald
