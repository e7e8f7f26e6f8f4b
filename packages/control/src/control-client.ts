import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import {
  type AnnounceRequest,
  type CardRecording,
  type ErrorCode,
  type ErrorDetails,
  type GuestInspection,
  HeraldError,
  type HostDescription,
  type HostStats,
  isNestedDeeperThan,
  type MigrationReport,
  type RecordRequest,
} from '@nic-herald/core';
import type { GuestSummary } from './control-routes.js';

const MAX_ANSWER = 64 * 1024 * 1024;
/** An answer may hold the state of a NIC, which is at most `MAX_SNAPSHOT_DEPTH` deep. */
const MAX_ANSWER_DEPTH = 128;
const QUICK_TIMEOUT_MS = 5000;
const MAX_AGENTS = 64;

/** Asks one running agent over its control socket. */
export class ControlClient {
  constructor(readonly path: string) {}

  async guests(): Promise<readonly GuestSummary[]> {
    return (await this.ask('GET', '/guests', { timeoutMs: QUICK_TIMEOUT_MS })) as readonly GuestSummary[];
  }

  /** What the agent is composed of; an agent may add to a host's own description. */
  async describe<Description extends HostDescription = HostDescription>(): Promise<Description> {
    return (await this.ask('GET', '/host', { timeoutMs: QUICK_TIMEOUT_MS })) as Description;
  }

  /** The last reports, the newest last. */
  async reports(): Promise<readonly MigrationReport[]> {
    return (await this.ask('GET', '/reports', { timeoutMs: 30_000 })) as readonly MigrationReport[];
  }

  async stats(): Promise<HostStats> {
    return (await this.ask('GET', '/stats', { timeoutMs: QUICK_TIMEOUT_MS })) as HostStats;
  }

  async inspect(ref: string): Promise<GuestInspection> {
    const path = `/guests/${encodeURIComponent(ref)}`;
    return (await this.ask('GET', path, { timeoutMs: 30_000 })) as GuestInspection;
  }

  /** Resolves after the last round: at most 1000 rounds, 100 s apart. */
  async announce(ref: string, { nics, timing }: AnnounceRequest): Promise<MigrationReport> {
    const path = `/guests/${encodeURIComponent(ref)}/announce`;
    return (await this.ask('POST', path, { body: { nics, timing } })) as MigrationReport;
  }

  /** Records a card; the agent reads for at most 25 s. */
  async record(ref: string, { nic, words }: RecordRequest): Promise<CardRecording> {
    const path = `/guests/${encodeURIComponent(ref)}/record`;
    return (await this.ask('POST', path, { body: { nic, words }, timeoutMs: 30_000 })) as CardRecording;
  }

  private ask(
    method: string,
    path: string,
    { body, timeoutMs = 0 }: { readonly body?: unknown; readonly timeoutMs?: number },
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = (problem: string, cause?: unknown): void =>
        reject(
          new HeraldError('HERALD_CONTROL_FAILED', `the agent at ${this.path} ${problem}`, {
            details: { path: this.path },
            cause,
          }),
        );
      const asked = request({ socketPath: this.path, method, path, timeout: timeoutMs }, (answer) => {
        const chunks: Uint8Array[] = [];
        let size = 0;
        answer.on('data', (chunk: Uint8Array) => {
          size += chunk.length;
          if (size > MAX_ANSWER) asked.destroy(new Error(`more than ${MAX_ANSWER} bytes`));
          else chunks.push(chunk);
        });
        answer.on('error', (error) => fail('broke off its answer', error));
        answer.on('end', () => {
          let content: unknown;
          try {
            content = JSON.parse(Buffer.concat(chunks).toString('utf8'));
          } catch (error) {
            return fail('gave an answer that is not JSON', error);
          }
          if (isNestedDeeperThan(MAX_ANSWER_DEPTH, content)) {
            return fail(
              `gave an answer that is nested more than ${MAX_ANSWER_DEPTH} deep; is that an agent of this version?`,
            );
          }
          if (answer.statusCode === 200) return resolve(content);
          const error = errorOf(content);
          if (error === undefined) fail(`failed with status ${answer.statusCode ?? 0} and did not say why`);
          else reject(error);
        });
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      asked.on('error', (error) => fail('does not answer', error));
      if (body !== undefined) asked.setHeader('content-type', 'application/json');
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** The error an agent sent, as if it had happened here; `undefined` for what is none. */
const errorOf = (content: unknown): HeraldError | undefined => {
  const { code, message, details } = (content ?? {}) as Partial<{
    code: ErrorCode;
    message: string;
    details: ErrorDetails;
  }>;
  if (typeof code !== 'string' || !code.startsWith('HERALD_') || typeof message !== 'string')
    return undefined;
  return new HeraldError(code, message, details === undefined ? {} : { details });
};

/** The agents whose sockets lie in a control directory; whether they live shows when they are asked. */
export const agentsIn = async (directory: string): Promise<readonly ControlClient[]> => {
  const names = await readdir(directory).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.sock'))
    .sort()
    .slice(0, MAX_AGENTS)
    .map((name) => new ControlClient(join(directory, name)));
};
