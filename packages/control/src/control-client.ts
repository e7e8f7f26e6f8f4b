import { readdir } from 'node:fs/promises';
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

  /**
   * Resolves after the last round: at most 1000 rounds, 100 s apart. Where the request's signal aborts, the agent sends no
   * more of it, and this rejects with HERALD_CANCELLED.
   */
  async announce(ref: string, { nics, timing, signal }: AnnounceRequest): Promise<MigrationReport> {
    const path = `/guests/${encodeURIComponent(ref)}/announce`;
    const given = signal === undefined ? {} : { signal };
    return (await this.ask('POST', path, { body: { nics, timing }, ...given })) as MigrationReport;
  }

  /** Records a card; the agent reads for at most 25 s. */
  async record(ref: string, { nic, words }: RecordRequest): Promise<CardRecording> {
    const path = `/guests/${encodeURIComponent(ref)}/record`;
    return (await this.ask('POST', path, { body: { nic, words }, timeoutMs: 30_000 })) as CardRecording;
  }

  private async ask(method: 'GET' | 'POST', path: string, how: Asking): Promise<unknown> {
    const { statusCode, text } = await this.answerTo(method, path, how);
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (error) {
      throw this.failed('gave an answer that is not JSON', error);
    }
    if (isNestedDeeperThan(MAX_ANSWER_DEPTH, content)) {
      throw this.failed(
        `gave an answer that is nested more than ${MAX_ANSWER_DEPTH} deep; is that an agent of this version?`,
      );
    }
    if (statusCode === 200) return content;
    throw errorOf(content) ?? this.failed(`failed with status ${statusCode} and did not say why`);
  }

  private async answerTo(
    method: 'GET' | 'POST',
    path: string,
    { body, signal, timeoutMs }: Asking,
  ): Promise<{ readonly statusCode: number; readonly text: string }> {
    // what an agent never needs is loaded when something is asked
    const { Agent, request } = await import('undici');
    const dispatcher = new Agent({
      connect: { socketPath: this.path },
      maxResponseSize: MAX_ANSWER,
      headersTimeout: 0, // an announcement may take a day; what is to be quick has a limit for all of it
      bodyTimeout: 0,
    });
    const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const limits = [signal, deadline].filter((each) => each !== undefined);
    let isAnswered = false;
    try {
      const answer = await request(`http://agent${path}`, {
        dispatcher,
        method,
        signal: AbortSignal.any(limits),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      isAnswered = true;
      return { statusCode: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      if (signal?.aborted === true) {
        throw new HeraldError('HERALD_CANCELLED', `the agent at ${this.path} was asked to stop`, {
          details: { path: this.path },
        });
      }
      if (deadline?.aborted === true) throw this.failed(`did not answer within ${timeoutMs} ms`, error);
      throw this.failed(isAnswered ? 'broke off its answer' : 'does not answer', error);
    } finally {
      await dispatcher.destroy();
    }
  }

  private failed(problem: string, cause?: unknown): HeraldError {
    return new HeraldError('HERALD_CONTROL_FAILED', `the agent at ${this.path} ${problem}`, {
      details: { path: this.path },
      cause,
    });
  }
}

interface Asking {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** How long the whole answer may take, ms; absent: as long as it likes. */
  readonly timeoutMs?: number;
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
