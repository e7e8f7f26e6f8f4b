import { FRAME_SINK, GUEST_MONITOR, isHeraldError, messageOf, STATION_LEARNER } from '@nic-herald/core';
import type { AnyToken } from '@nic-herald/core/internal';
import { tokenName } from '@nic-herald/core/internal';
import { describePlugins } from '@nic-herald/host';
import { pino } from 'pino';
import { agentPlugins } from '../agent/agent-plugins.js';
import type { AgentSettings } from '../config/agent-settings.js';
import { counted } from '../inspect/list-text.js';
import type { LoadedPlugin } from '../plugins/load-plugins.js';
import type { SubjectFinding } from './subject-finding.js';

/** Without any of these an agent does less, which may be meant. */
const WANTED: readonly (readonly [token: AnyToken, without: string])[] = [
  [GUEST_MONITOR, 'no plugin watches guests: an agent wants --qmp, or monitors.qemu.sockets in herald.yaml'],
  [FRAME_SINK, 'no plugin brings a sink: nothing is announced from this host'],
  [STATION_LEARNER, 'no plugin learns: only what cards list is announced'],
];

/** Whether the plugins fit together, and what they do without. All are constructed, and none is started. */
export const examineComposition = (
  settings: Pick<AgentSettings, 'rules'>,
  loaded: readonly LoadedPlugin[],
): readonly SubjectFinding[] => {
  const subject = 'plugins';
  try {
    const plugins = describePlugins(agentPlugins(settings, loaded, pino({ level: 'silent' }), undefined));
    const tokens = new Set(plugins.flatMap(({ registrations }) => registrations.map(({ token }) => token)));
    return [
      { subject, level: 'ok', what: `${counted(plugins.length, 'plugin')} fit together` },
      ...WANTED.filter(([token]) => !tokens.has(tokenName(token))).map(
        ([, what]) => ({ subject, level: 'note', what }) as const,
      ),
    ];
  } catch (error) {
    const code = isHeraldError(error) ? { code: error.code } : {};
    return [{ subject, level: 'problem', what: messageOf(error), ...code }];
  }
};
