#compdef nic-herald
# zsh completion for nic-herald; made of its commands by npm run man
_nic_herald() {
  local -a commands=(
    'run:runs the agent of this host until SIGTERM or SIGINT'
    'inspect:shows NICs, filter state, plan and refusals of a guest'
    'watch:shows migrations as they happen, a line for each station that is back'
    'announce:announces a running guest now'
    'record:records a live card, for the tests of its model'
    'history:lists the reports of announcements that were kept, the newest last'
    'plugins:shows what agents are composed of, and from where'
    'new-model:writes a small plugin package with a NIC model, tests and all'
    'check:checks a herald.yaml: every fault, with line and column'
    'doctor:tells whether an agent could run here, and why not'
    'demo:two hosts, a switch and recorded guests in this process: QEMU alone beside nic-herald'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT -= 1 ))
  case $command in
    run)
      _arguments \
        '*-c[herald.yaml, see herald.yaml(5); options given here win over it (default\: none is read)]:file:_files' \
        '*--config[herald.yaml, see herald.yaml(5); options given here win over it (default\: none is read)]:file:_files' \
        '*--host[this host'\''s name in snapshots and reports, 1 to 128 characters; no two hosts may have one (default\: the machine'\''s)]:name:' \
        '*--qmp[QMP socket, or glob with * and ?; may be given several times (default\: none)]:socket:_files' \
        '*--libvirt[libvirt'\''s socket (default\: the one found; taken where nothing else is named)]:socket:_files' \
        '*--handoff-dir[directory shared with the other hosts, where snapshots travel (default\: none)]:dir:_files -/' \
        '*--handoff-nats[NATS server through which snapshots travel, nats\:// or tls\://; may be given several times (default\: none)]:server:' \
        '*--report-dir[directory that keeps one JSON report per migration (default\: none)]:dir:_files -/' \
        '*--control[control socket, at most 107 bytes (default\: /run/nic-herald/NAME.sock)]:socket:_files' \
        '*--metrics[serve metrics at \[ADDRESS\:\]PORT (default\: none; without ADDRESS at 127.0.0.1)]:listen:' \
        '*--observe[send nothing, for no guest\: learn, make ready and report what would be sent (default\: off)]' \
        '*--log-level[how much to log (default\: info)]:level:(trace debug info warn error silent)' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    inspect)
      _arguments \
        '*--qmp[the QMP socket of the guest, a path; no agent is needed]:socket:_files' \
        '*--host[ask only the agent of that host (default\: all that run here)]:name:' \
        '*--control[ask only the agent at that control socket, a path (default\: all in /run/nic-herald)]:socket:_files' \
        '*--json[print JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    watch)
      _arguments \
        '*--host[only the agent of that host (default\: all that run here)]:name:' \
        '*--control[only the agent at that control socket, a path (default\: all in /run/nic-herald)]:socket:_files' \
        '*--json[print what the agents tell, one JSON object a line (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    announce)
      _arguments \
        '*--qmp[the QMP socket of the guest, a path; no agent is needed]:socket:_files' \
        '*--host[ask only the agent of that host (default\: all that run here)]:name:' \
        '*--control[ask only the agent at that control socket, a path (default\: all in /run/nic-herald)]:socket:_files' \
        '*--interface[only this NIC, by its id; may be given several times (default\: all)]:id:' \
        '*--rounds[how often each frame is sent, 0 to 1000 (default\: 5)]:n:' \
        '*--initial[pause after the first round, 0 to 100000 ms (default\: 50)]:ms:' \
        '*--max[longest pause, 0 to 100000 ms (default\: 550)]:ms:' \
        '*--step[how much longer each pause is than the one before, 1 to 10000 ms (default\: 100)]:ms:' \
        '*--dry-run[show what would be sent, and send nothing (default\: off)]' \
        '*--json[print the report as JSON, with why nothing was sent (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    record)
      _arguments \
        '*--qmp[the QMP socket of the guest, a path; no agent is needed]:socket:_files' \
        '*--host[ask only the agent of that host (default\: all that run here)]:name:' \
        '*--control[ask only the agent at that control socket, a path (default\: all in /run/nic-herald)]:socket:_files' \
        '*--nic[the NIC, by its id (default\: the only one)]:id:' \
        '*--words[32-bit words to read besides, such as 0\:0x5400\:32\: BAR 0 to 6, OFFSET in bytes, a multiple of 4, COUNT 1 to 1024; may be given 64 times (default\: none)]:bar offset count:' \
        '*--out[write it there, and say what to do next (default\: standard output)]:file:_files' \
        '*--force[replace the file where it is there already (default\: it stays)]' \
        '*--json[with --out, say what was written as JSON (default\: text for people); the recording is JSON anyway]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    history)
      _arguments \
        '*--report-dir[where they are kept (default\: reports.directory of herald.yaml)]:dir:_files -/' \
        '*-c[herald.yaml that names it (default\: /etc/nic-herald/herald.yaml)]:file:_files' \
        '*--config[herald.yaml that names it (default\: /etc/nic-herald/herald.yaml)]:file:_files' \
        '*--since[only since then\: s, m, h, d or w ago, such as 24h; or a local time, such as 2026-01-02 (default\: all)]:time:' \
        '*--guest[only those of the guest with this name or UUID (default\: all)]:guest:' \
        '*--outcome[only those that ended so (default\: all)]:outcome:(announced observed superseded failed nothing-to-announce)' \
        '*--unproved[only those of which some station is not proved (default\: all)]' \
        '*-n[only the newest n, 1 to 1000000 (default\: all)]:n:' \
        '*--last[only the newest n, 1 to 1000000 (default\: all)]:n:' \
        '*--json[print JSON\: a list of what the table has, or the whole report (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    plugins)
      _arguments \
        '*-c[what an agent with this herald.yaml would be composed of; none is needed (default\: what running agents are)]:file:_files' \
        '*--config[what an agent with this herald.yaml would be composed of; none is needed (default\: what running agents are)]:file:_files' \
        '*--host[only the agent of that host (default\: all that run here)]:name:' \
        '*--control[only the agent at that control socket, a path (default\: all in /run/nic-herald)]:socket:_files' \
        '*--json[print JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    new-model)
      _arguments \
        '*--dir[where to write it; new or empty (default\: ./NAME)]:folder:_files -/' \
        '*--type[QEMU'\''s name of the card, as in -device (default\: NAME without scope)]:type:' \
        '*--json[say what was written as JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    check)
      _arguments \
        '*--json[print JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]' \
        '*:file:_files'
      ;;
    doctor)
      _arguments \
        '*-c[the agent'\''s herald.yaml (default\: /etc/nic-herald/herald.yaml, if there)]:file:_files' \
        '*--config[the agent'\''s herald.yaml (default\: /etc/nic-herald/herald.yaml, if there)]:file:_files' \
        '*--json[print JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
    demo)
      _arguments \
        '*--json[print JSON (default\: text for people)]' \
        '*--debug[print the stack of an error (default\: off)]' \
        '--help[tell what it takes]'
      ;;
  esac
}
_nic_herald "$@"
