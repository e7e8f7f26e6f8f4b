import type { CliIo } from '../cli-io.js';
import { examineMachine } from '../doctor/examine-machine.js';
import { renderFindings } from '../doctor/render-findings.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** `nic-herald doctor`: whether an agent could run here, and why not. */
export const doctorCommand = async (io: CliIo): Promise<ExitCode> => {
  const findings = await examineMachine(io);
  io.write(renderFindings(findings, io));
  return findings.some(({ state }) => state === 'missing') ? EXIT.failure : EXIT.ok;
};
