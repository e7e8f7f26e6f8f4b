// nic-herald(1), out of the program's own commands, arguments and options.
import { bold, heading, italic, item, paragraphs, running, subheading, title, verbatim } from './roff.mjs';

const ENVIRONMENT = [
  ['NO_COLOR', 'set to anything: output is never coloured.'],
  [
    'XDG_RUNTIME_DIR',
    'where users other than root have control sockets and locks, in a directory nic-herald.',
  ],
  ['RUNTIME_DIRECTORY', 'set by systemd for a service: where its control socket is.'],
  [
    'NOTIFY_SOCKET, WATCHDOG_USEC',
    'set by systemd for a service: run says there when it is ready, reloading, well and ending. They are not passed on to children.',
  ],
];

/** The page as text. `notesOf` gives what a command says of itself besides. */
export const commandPage = ({ program, notesOf, date, version }) =>
  [
    title('NIC-HERALD', 1, date, version),
    heading('NAME'),
    `nic\\-herald \\-\n${running(lower(program.description()))}`,
    heading('SYNOPSIS'),
    ...program.commands.map((command, index) => `${index === 0 ? '' : '.br\n'}${synopsis(command)}`),
    heading('DESCRIPTION'),
    paragraphs([
      'One agent runs on each hypervisor host. It learns which MAC addresses, VLANs and IP addresses each guest answers to, hands that to the host a guest migrates to, and announces all of it there the moment the guest resumes.',
      'run is the agent. The other commands ask a running agent, or look at the machine.',
    ]),
    heading('OPTIONS'),
    ...program.options.map(optionItem),
    item(bold('-h, --help'), 'tell what a command takes.'),
    heading('COMMANDS'),
    ...program.commands.flatMap((command) => commandSection(command, notesOf(command))),
    heading('FILES'),
    item(italic('/etc/nic-herald/herald.yaml'), 'the configuration of the agent that the package installs.'),
    item(italic('/run/nic-herald/NAME.sock'), 'the control socket of the agent of the host NAME.'),
    heading('ENVIRONMENT'),
    ...ENVIRONMENT.map(([name, meaning]) => item(bold(name), running(meaning))),
    heading('EXIT STATUS'),
    'What a status means for each command is said there. In short:',
    item('0', 'what was asked is done.'),
    item('1', 'it failed.'),
    item('2', 'the command line or herald.yaml is wrong, and nothing was started.'),
    item('3', 'this machine lacks something that the agent needs.'),
    heading('EXAMPLES'),
    verbatim(
      [
        "nic-herald run --host $(hostname) --qmp '/run/vm/*.qmp' --handoff-dir /shared/nic-herald",
        'nic-herald doctor --config /etc/nic-herald/herald.yaml',
        'nic-herald inspect web',
        'nic-herald watch web',
        'nic-herald announce web --dry-run',
      ].join('\n'),
    ),
    heading('SEE ALSO'),
    `${bold('herald.yaml')}(5), ${bold('systemctl')}(1), ${bold('journalctl')}(1)`,
    '',
  ].join('\n');

const synopsis = (command) =>
  [
    bold(`nic-herald ${command.name()}`),
    ...command.registeredArguments.map((argument) =>
      argument.required ? italic(argument.name()) : `[${italic(argument.name())}]`,
    ),
    `[${italic('option')} ...]`,
  ].join(' ');

const commandSection = (command, { about = [], exit }) => [
  subheading(`nic-herald ${command.name()}`),
  running(sentence(command.description())),
  ...about.flatMap((paragraph) => ['.PP', running(paragraph)]),
  ...command.registeredArguments.map((argument) =>
    item(italic(argument.name()), running(sentence(argument.description))),
  ),
  ...command.options.map(optionItem),
  '.PP',
  'Exit status:',
  ...Object.entries(exit).map(([status, meaning]) => item(status, running(sentence(meaning)))),
];

const optionItem = (option) => {
  const choices = option.argChoices === undefined ? '' : ` One of ${option.argChoices.join(', ')}.`;
  return item(flags(option), running(`${sentence(option.description)}${choices}`));
};

/** `-c, --config <file>` with what is to be put in its place in italics. */
const flags = ({ flags: text }) =>
  text
    .split(/([<[][^>\]]*[>\]])/)
    .map((part) => {
      if (part.startsWith('<')) return italic(part.slice(1, -1));
      if (part.startsWith('[')) return `[${italic(part.slice(1, -1))}]`;
      return part === '' ? '' : bold(part);
    })
    .join('');

const sentence = (text) => (text.endsWith('.') ? text : `${text}.`);
const lower = (text) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/\.$/, '');
