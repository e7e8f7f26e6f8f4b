// Completion for shells, out of the program's own commands and options.

const FILES = new Set(['file', 'socket']);
const FOLDERS = new Set(['dir', 'folder']);

/** What a shell needs to know of the program. */
const described = (program) =>
  program.commands.map((command) => ({
    name: command.name(),
    about: command.description(),
    /** Whether a file may be named without an option. */
    takesFile: command.registeredArguments.some((argument) => FILES.has(argument.name())),
    options: [...command.options, ...program.options.filter(({ long }) => long !== '--version')].map(
      (option) => ({
        short: option.short,
        long: option.long,
        about: option.description,
        choices: option.argChoices,
        /** The word in brackets: what kind of thing is to be given. Absent: nothing. */
        takes: /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1],
      }),
    ),
  }));

export const bashCompletion = (program) => {
  const commands = described(program);
  const words = commands.map(({ name }) => name).join(' ');
  const cases = commands.map(({ name, options, takesFile }) => {
    const valued = options.flatMap(({ short, long, choices, takes }) => {
      const given = [short, long].filter((each) => each !== undefined).join('|');
      if (choices !== undefined)
        return [`        ${given}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$word")); return ;;`];
      if (FILES.has(takes)) return [`        ${given}) COMPREPLY=($(compgen -f -- "$word")); return ;;`];
      if (FOLDERS.has(takes)) return [`        ${given}) COMPREPLY=($(compgen -d -- "$word")); return ;;`];
      return takes === undefined ? [] : [`        ${given}) return ;;`];
    });
    const names = [...options.map(({ long }) => long), '--help'].join(' ');
    return [
      `    ${name})`,
      ...(valued.length === 0 ? [] : ['      case $before in', ...valued, '      esac']),
      `      COMPREPLY=($(compgen ${takesFile ? '-f ' : ''}-W '${names}' -- "$word")) ;;`,
    ].join('\n');
  });
  return `# bash completion for nic-herald; made of its commands by npm run man
_nic_herald() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= each
  COMPREPLY=()
  compopt -o filenames 2>/dev/null
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $each in -*) ;; *) command=$each; break ;; esac
  done
  case $command in
    '') COMPREPLY=($(compgen -W '${words} help --help --version' -- "$word")) ;;
    help) COMPREPLY=($(compgen -W '${words}' -- "$word")) ;;
${cases.join('\n')}
  esac
}
complete -F _nic_herald nic-herald
`;
};

export const zshCompletion = (program) => {
  const commands = described(program);
  const quoted = (text) => text.replaceAll("'", "'\\''");
  const listed = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`).join('\n');
  const option = ({ short, long, about, choices, takes }) => {
    const text = quoted(about.replaceAll(/([[\]:\\])/g, '\\$1'));
    const action = FILES.has(takes) ? '_files' : FOLDERS.has(takes) ? '_files -/' : '';
    const values = choices === undefined ? action : `(${choices.join(' ')})`;
    const rest = takes === undefined ? '' : `:${takes.replaceAll(':', ' ')}:${values}`;
    return [short, long]
      .filter((each) => each !== undefined)
      .map((flag) => `        '*${flag}[${text}]${rest}'`);
  };
  const cases = commands.map(({ name, options, takesFile }) =>
    [
      `    ${name})`,
      '      _arguments \\',
      [
        ...options.flatMap(option),
        "        '--help[tell what it takes]'",
        ...(takesFile ? ["        '*:file:_files'"] : []),
      ].join(' \\\n'),
      '      ;;',
    ].join('\n'),
  );
  return `#compdef nic-herald
# zsh completion for nic-herald; made of its commands by npm run man
_nic_herald() {
  local -a commands=(
${listed}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT -= 1 ))
  case $command in
${cases.join('\n')}
  esac
}
_nic_herald "$@"
`;
};

export const fishCompletion = (program) => {
  const commands = described(program);
  const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, about, options, takesFile }) => [
    `complete -c nic-herald -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${quoted(about)}`,
    ...(takesFile ? [`complete -c nic-herald -n '__fish_seen_subcommand_from ${name}' -F`] : []),
    ...options.map(({ short, long, about: text, choices, takes }) => {
      const values = FILES.has(takes) || FOLDERS.has(takes) ? ' -r -F' : takes === undefined ? '' : ' -x';
      return [
        `complete -c nic-herald -n '__fish_seen_subcommand_from ${name}'`,
        ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
        `-l ${long.slice(2)}${choices === undefined ? values : ` -x -a ${quoted(choices.join(' '))}`}`,
        `-d ${quoted(text)}`,
      ].join(' ');
    }),
  ]);
  return `# fish completion for nic-herald; made of its commands by npm run man
complete -c nic-herald -f
${lines.join('\n')}
`;
};
