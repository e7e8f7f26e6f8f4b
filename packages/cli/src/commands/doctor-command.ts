import { CONTROL_PLUGIN } from '../agent/built-ins.js';
import type { CliIo } from '../cli-io.js';
import { type AgentSettings, agentSettings } from '../config/agent-settings.js';
import { DEFAULT_CONFIG, readableConfig } from '../config/default-config.js';
import { type LoadedConfig, loadConfig } from '../config/load-config.js';
import { diagnosePlugins, subjectOf } from '../doctor/diagnose-plugins.js';
import { examineComposition } from '../doctor/examine-composition.js';
import { examineAgents, examineMachine } from '../doctor/examine-machine.js';
import { examineReports } from '../doctor/examine-reports.js';
import { renderFindings } from '../doctor/render-findings.js';
import type { SubjectFinding } from '../doctor/subject-finding.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { choosePlugins } from '../plugins/choose-plugins.js';
import { foundHere } from '../plugins/found-here.js';
import type { PluginChoices } from '../plugins/plugin-choice.js';

/** What `doctor` was asked. */
export interface DoctorOptions {
  /** The herald.yaml of the agent; absent: the one in its usual place, else none. */
  readonly config?: string;
  readonly json: boolean;
}

/**
 * `nic-herald doctor`: whether an agent could run here, and why not. Starts nothing, disturbs no agent. Rejects where
 * the configuration itself is wrong.
 */
export const doctorCommand = async ({ config, json }: DoctorOptions, io: CliIo): Promise<ExitCode> => {
  const path = config ?? (await readableConfig(DEFAULT_CONFIG));
  const file = path === undefined ? undefined : await loadConfig(path);
  const flags = { qmp: [], ...(file === undefined ? {} : { config: file.file }) };
  const choices = choosePlugins(flags, file, foundHere());
  const findings = [
    ...examineMachine(),
    configFinding(path),
    ...(await examinePlugins(file, agentSettings(flags, file?.config ?? {}), choices)),
    await examineAgents(io, namedSocket(choices)),
  ];
  io.write(json ? `${JSON.stringify(findings, undefined, 2)}\n` : renderFindings(findings, io));
  return findings.some(({ level }) => level === 'problem') ? EXIT.failure : EXIT.ok;
};

const configFinding = (path: string | undefined): SubjectFinding =>
  path === undefined
    ? {
        subject: 'config',
        level: 'note',
        what: `there is none at ${DEFAULT_CONFIG} that this user can read, so sockets, hand-off and reports are not looked at`,
        advice: 'name one with --config',
      }
    : { subject: 'config', level: 'ok', what: path };

/** The control socket that herald.yaml names; absent: it is in its usual place. */
const namedSocket = ({ taken }: PluginChoices): string | undefined => {
  const given: unknown = taken.find(({ use }) => use === CONTROL_PLUGIN)?.given;
  const socket: unknown =
    typeof given === 'object' && given !== null && 'socket' in given ? given.socket : undefined;
  return typeof socket === 'string' ? socket : undefined;
};

const examinePlugins = async (
  file: LoadedConfig | undefined,
  settings: AgentSettings,
  { taken, leftOut }: PluginChoices,
): Promise<readonly SubjectFinding[]> => {
  const { findings, loaded } = await diagnosePlugins(taken, { file: file?.file, host: settings.host });
  const { reportDirectory } = settings;
  return [
    ...findings,
    ...leftOut.map(
      ({ plugin, because }) =>
        ({ subject: subjectOf(plugin), level: 'note', what: `left out by ${because}` }) as const,
    ),
    ...(loaded === undefined ? [] : examineComposition(settings, loaded)),
    ...(reportDirectory === undefined ? [] : [await examineReports(reportDirectory)]),
  ];
};
