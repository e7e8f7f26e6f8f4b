import { isHeraldError, messageOf } from '@nic-herald/core';
import { describePlugins } from '@nic-herald/host';
import { pino } from 'pino';
import { agentPlugins } from '../agent/agent-plugins.js';
import { missingParts } from '../agent/missing-parts.js';
import type { AgentSettings } from '../config/agent-settings.js';
import { counted } from '../inspect/list-text.js';
import type { LoadedPlugin } from '../plugins/load-plugins.js';
import type { SubjectFinding } from './subject-finding.js';

/** Whether the plugins fit together, and what they do without. All are constructed, and none is started. */
export const examineComposition = (
  settings: Pick<AgentSettings, 'rules'>,
  loaded: readonly LoadedPlugin[],
): readonly SubjectFinding[] => {
  const subject = 'plugins';
  try {
    const plugins = describePlugins(agentPlugins(settings, loaded, pino({ level: 'silent' }), undefined));
    return [
      { subject, level: 'ok', what: `${counted(plugins.length, 'plugin')} fit together` },
      ...missingParts(plugins).map((what) => ({ subject, level: 'note', what }) as const),
    ];
  } catch (error) {
    const code = isHeraldError(error) ? { code: error.code } : {};
    return [{ subject, level: 'problem', what: messageOf(error), ...code }];
  }
};
