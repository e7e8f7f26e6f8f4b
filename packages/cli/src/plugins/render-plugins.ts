import type { RegistrationDescription } from '@nic-herald/core/internal';
import picocolors from 'picocolors';
import { counted } from '../inspect/list-text.js';
import { labelled } from '../inspect/text-block.js';
import { printable } from '../printable.js';
import type { AgentDescription } from './agent-description.js';

type Plugin = AgentDescription['plugins'][number];

/** The plugins of one agent, for a person: from where, what they bring and how long that took. */
export const renderPlugins = (
  { host, plugins, leftOut = [] }: AgentDescription,
  options: { readonly color: boolean; readonly running: boolean },
): string => {
  const { bold } = picocolors.createColors(options.color);
  const state = options.running ? 'running' : 'composed, nothing was started';
  const lines = [
    `${bold(`host ${printable(host)}`)}: ${counted(plugins.length, 'plugin')}, ${state}`,
    ...plugins.flatMap((plugin) => ['', bold(title(plugin)), ...body(plugin)]),
    ...leftOut.flatMap(({ plugin, because }) => [
      '',
      bold(printable(plugin)),
      ...labelled('left out', `by ${because}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
};

const title = ({ plugin, origin, contract }: Plugin): string =>
  [plugin, ...(origin?.version === undefined ? [] : [origin.version]), `(contract ${contract})`]
    .map((part) => printable(part))
    .join(' ');

const body = ({ plugin, origin, source, because, registrations }: Plugin): readonly string[] => [
  ...(origin === undefined
    ? []
    : labelled('from', source === undefined ? origin.path : `${origin.path} (${source})`)),
  ...(because === undefined ? [] : labelled('because', because)),
  ...(origin?.package === undefined || origin.package === plugin || plugin.startsWith(`${origin.package}/`)
    ? []
    : labelled('package', origin.package)),
  ...[...new Set(registrations.map(({ token }) => token))].flatMap((token, index) =>
    labelled(
      index === 0 ? 'brings' : '',
      `${token}: ${implementations(registrations.filter((each) => each.token === token))}`,
    ),
  ),
  ...(registrations.length === 0 ? [] : labelled('took', times(registrations))),
];

const implementations = (registrations: readonly RegistrationDescription[]): string =>
  registrations.map(({ implementation }) => implementation).join(', ');

const times = (registrations: readonly RegistrationDescription[]): string => {
  const sum = (ms: readonly number[]): string => `${ms.reduce((a, b) => a + b, 0).toFixed(1)} ms`;
  const starts = registrations.flatMap(({ startMs }) => (startMs === undefined ? [] : [startMs]));
  const construction = `${sum(registrations.map(({ constructMs }) => constructMs))} to construct`;
  return starts.length === 0 ? construction : `${construction}, ${sum(starts)} to start`;
};
