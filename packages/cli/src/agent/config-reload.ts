import { HeraldError, isHeraldError, messageOf } from '@nic-herald/core';
import type { Logger } from 'pino';
import { type AgentSettings, agentSettings, type RunFlags } from '../config/agent-settings.js';
import { type ChangedKey, changedKeys, isTaken } from '../config/changed-keys.js';
import type { HeraldConfig } from '../config/herald-config.js';
import type { LivePolicy } from '../config/live-policy.js';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { statesPolicy } from '../config/policy-plugin.js';
import { unknownKinds } from '../config/unknown-kinds.js';
import { valueText } from '../config/value-text.js';
import { choosePlugins } from '../plugins/choose-plugins.js';
import { foundHere } from '../plugins/found-here.js';
import { BUILT_INS } from './built-ins.js';

/** Most keys, and problems, that one line names. */
const MOST_NAMED = 20;

/** Whoever wants to know of a reload, a service manager above all. Neither is called where there is nothing to read. */
export interface ReloadListener {
  /** Begins: until `ended` the agent runs on with what it had. */
  began?(): void;
  /** It is over, whether the file was taken or not. */
  ended?(): void;
}

/** What a running agent knows of itself. */
export interface ReloadingAgent {
  readonly flags: RunFlags;
  /** The file it was started with. */
  readonly file: LoadedConfig | undefined;
  readonly policy: LivePolicy;
  readonly logger: Logger;
}

/**
 * Reads herald.yaml anew while the agent runs: rules, pacing and the level of the log are taken at once; what needs a restart is
 * said; of a file that is wrong nothing is taken. One reading at a time; what is asked for meanwhile is done once, afterwards.
 */
export class ConfigReload {
  private readonly atStart: HeraldConfig;
  private current: HeraldConfig;
  private reading: Promise<void> | undefined;
  private isAsked = false;
  private knownKinds: readonly string[] | undefined;
  private policyOfPlugin: string | undefined;

  constructor(
    private readonly agent: ReloadingAgent,
    private readonly listener: ReloadListener = {},
  ) {
    this.atStart = agent.file?.config ?? {};
    this.current = this.atStart;
  }

  /** The file that is read. */
  get file(): string | undefined {
    return this.agent.flags.config;
  }

  /** The settings of now. */
  get settings(): AgentSettings {
    return agentSettings(this.agent.flags, this.current);
  }

  /** The host stands: what it can send, and whose policy holds where it is not the file's. */
  ready({
    kinds,
    policyOf,
  }: {
    readonly kinds: readonly string[];
    readonly policyOf: string | undefined;
  }): void {
    this.knownKinds = kinds;
    this.policyOfPlugin = policyOf;
  }

  /** Asks for a reading. */
  request(): void {
    this.isAsked = true;
    this.reading ??= this.readWhileAsked().finally(() => {
      this.reading = undefined;
    });
  }

  /** Resolves when what was asked for is done. Never rejects. */
  async settled(): Promise<void> {
    await this.reading;
  }

  private async readWhileAsked(): Promise<void> {
    const { flags, logger } = this.agent;
    while (this.isAsked) {
      this.isAsked = false;
      if (flags.config === undefined) {
        logger.warn('there is no configuration to read anew: the agent was started without --config');
        continue;
      }
      this.listener.began?.();
      try {
        await this.read(flags.config);
      } catch (error) {
        this.refused(error, flags.config);
      }
      this.listener.ended?.();
    }
  }

  private async read(path: string): Promise<void> {
    const { flags, logger, policy } = this.agent;
    const file = await loadConfig(path);
    choosePlugins(flags, file, foundHere()); // what is wrong there would keep the next start from going well
    const settings = agentSettings(flags, file.config);
    if (this.policyOfPlugin !== undefined && statesPolicy(settings.rules)) {
      const message = `${path}: it states rules, and the policy of this agent is that of ${this.policyOfPlugin}: leave one of the two out`;
      throw new HeraldError('HERALD_CONFIG_INVALID', message, { details: { file: path } });
    }
    const taken = changedKeys(this.current, file.config).filter((key) => isTaken(key.path));
    const waiting = changedKeys(this.atStart, file.config).filter(
      ({ path: key }) => !isTaken(key) && !isFlagged(key, flags),
    );
    this.current = file.config;
    logger.level = settings.logLevel;
    policy.use(settings.rules);
    logger.info(
      {
        event: 'config:reloaded',
        file: path,
        changed: taken.slice(0, MOST_NAMED).map(nameOf),
        ...(waiting.length === 0 ? {} : { needsRestart: waiting.slice(0, MOST_NAMED).map(nameOf) }),
      },
      `configuration read anew: ${taken.length === 0 ? 'nothing changed that is taken now' : `${named(taken, nameOf)} changed`}${
        waiting.length === 0 ? '' : `; only a restart takes ${named(waiting, changeOf)}`
      }`,
    );
    if (this.knownKinds === undefined) return; // told when the host is ready
    for (const { kind, message } of unknownKinds(settings.rules, this.knownKinds, path)) {
      logger.warn({ code: 'HERALD_KIND_UNKNOWN', kind }, message);
    }
  }

  private refused(error: unknown, file: string): void {
    const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
    const problems = all.slice(0, MOST_NAMED).map(messageOf);
    const code = isHeraldError(all[0]) ? all[0].code : 'HERALD_CONFIG_UNREADABLE';
    const more = all.length > 1 ? ` (and ${all.length - 1} more problems)` : '';
    this.agent.logger.error(
      { event: 'config:refused', code, file, problems },
      `the configuration was not taken, the one before stays: ${problems[0]}${more}`,
    );
  }
}

const nameOf = ({ path }: ChangedKey): string => path.join('.');

/** What a plugin is given may be secret: it is named, and not shown. */
const changeOf = (key: ChangedKey): string =>
  `${nameOf(key)} (${valueText(key.before)}, now ${valueText(key.after)})`;

const named = (keys: readonly ChangedKey[], how: (key: ChangedKey) => string): string => {
  const shown = keys.slice(0, MOST_NAMED).map(how).join(', ');
  return keys.length > MOST_NAMED ? `${shown} and ${keys.length - MOST_NAMED} more` : shown;
};

/** Whether a flag says it, whatever the file says. */
const isFlagged = (key: readonly string[], flags: RunFlags): boolean => {
  const name = key.join('.');
  if (name === 'host') return flags.host !== undefined;
  if (name === 'reports.directory') return flags.reportDir !== undefined;
  return BUILT_INS.flatMap(({ sources }) => sources).some((source) => {
    const given = source.key.join('.') === name ? source.flag?.of(flags) : undefined;
    return given !== undefined && !(Array.isArray(given) && given.length === 0);
  });
};
