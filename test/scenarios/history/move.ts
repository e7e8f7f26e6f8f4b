/** The hosts of a history. */
export const HOSTS = ['A', 'B', 'C'] as const;
export type HostName = (typeof HOSTS)[number];

/** A machine by its number: 0 and 1 may be clones of each other. */
export type MachineNumber = 0 | 1 | 2;

/**
 * One thing that happens. What cannot happen where the world stands is left out, so that a history may lose any of its
 * moves and still be one.
 * - `begin`: a destination process appears, and the source begins to send; to its own host: a local migration
 * - `complete`: all is sent; the guest goes on at the destination, unless it is `held` there until `resume`
 * - `cancel`: the destination is refused and goes, the source goes on; `cancelLate`: when it had stopped already
 * - `restore`: it is waited for, to come out of a file by `resume`
 * - `fallBack`: the destination dies after the completion, and what is left at the source goes on
 * - `sweep`: the shells that the machine left behind end
 * - `snapshot`: saved while it runs: told as outgoing, then as left, and it never stopped
 * - `die`: the host with all that is on it, without a word
 * - `end`: the agent is asked to end; `kill`: it is not
 * - `foreign`: an entry of a host that nobody knows, with this epoch
 */
export type Move =
  | { readonly do: 'boot'; readonly machine: MachineNumber; readonly host: HostName; readonly held?: boolean }
  | { readonly do: 'restore'; readonly machine: MachineNumber; readonly host: HostName }
  | { readonly do: 'begin'; readonly machine: MachineNumber; readonly to: HostName }
  | {
      readonly do: 'complete';
      readonly machine: MachineNumber;
      /** How long its CPUs run nowhere, ms. */
      readonly downMs: number;
      readonly leftFirst?: boolean;
      readonly held?: boolean;
    }
  | {
      readonly do:
        | 'cancel'
        | 'cancelLate'
        | 'fallBack'
        | 'sweep'
        | 'snapshot'
        | 'pause'
        | 'resume'
        | 'shutDown';
      readonly machine: MachineNumber;
    }
  | { readonly do: 'card'; readonly machine: MachineNumber; readonly bits: number }
  | { readonly do: 'speak'; readonly machine: MachineNumber; readonly station: number }
  | { readonly do: 'die' | 'start' | 'end' | 'kill' | 'inspect'; readonly host: HostName }
  | { readonly do: 'pass'; readonly ms: number }
  | {
      readonly do: 'foreign';
      readonly machine: MachineNumber;
      readonly epoch: number;
      readonly isStamped: boolean;
    };

/** Everything that is chosen of a history. */
export interface History {
  /** Machine 1 has the key of machine 0. */
  readonly cloned: boolean;
  /** How long the store and the guests take to answer, ms. */
  readonly latencyMs: number;
  /** Frames leave so slowly that a first round takes a while. */
  readonly isSlow?: boolean;
  /** Which agents run from the start. */
  readonly agents: readonly HostName[];
  readonly moves: readonly Move[];
}
