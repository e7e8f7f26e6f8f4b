/** What the guest's driver has put into a card's filter. */
interface PlayedFilter {
  /** Secondary unicast MACs. */
  readonly unicast: readonly string[];
}

/** One card of a played QEMU. */
export interface PlayedNic {
  readonly id: string;
  /** What kind of card it is. Default `virtio-net-pci`. */
  readonly model?: 'virtio-net-pci' | 'e1000';
  /** Its own MAC. */
  readonly mac: string;
  readonly tap: string;
  /** The interface that QEMU says it has opened, where that is another one: it lies, or the tap was renamed. */
  readonly says?: string;
  readonly filter: PlayedFilter;
}

/** What `query-migrate` answers. */
export type PlayedMigration = Readonly<Record<string, unknown>> & { readonly status?: string };

/** What a played QEMU plays, and where it begins. */
export interface PlayedSpec {
  /** Nil where none is given. */
  readonly uuid?: string;
  readonly name: string;
  readonly nics: readonly PlayedNic[];
  /** Paths of its QMP sockets. */
  readonly sockets: readonly string[];
  /** Whether it was started with `-incoming`, as its command line says. */
  readonly incoming: boolean;
  /** QEMU's own name of it: `inmigrate`, `running`, `postmigrate`, ... */
  readonly runState: string;
  readonly migration: PlayedMigration;
  /** Whether QEMU's `events` migration capability is on, as libvirt has it. */
  readonly events: boolean;
  /** Whether its `x-colo` capability is on. Default no. */
  readonly colo?: boolean;
}

/** A change of where it stands, and the events it tells then, all in one turn. */
export interface PlayedChange {
  readonly runState?: string;
  readonly migration?: PlayedMigration;
  /** True once a migration has brought what its cards hold. */
  readonly loaded?: boolean;
  readonly events?: readonly { readonly event: string; readonly data?: unknown }[];
}

/** What a played QEMU is told to do; the first thing it reads is its {@link PlayedSpec}. */
export type PlayedOrder =
  | ({ readonly do: 'tell' } & PlayedChange)
  /** The guest sends frames, in hexadecimal. */
  | { readonly do: 'speak'; readonly tap: string; readonly frames: readonly string[] }
  /** It sends one frame over and over, so many a second; none ends it. */
  | { readonly do: 'stream'; readonly tap: string; readonly frame: string; readonly perSecond: number }
  /** It lets go of a tap, which by now is another interface, and opens it again. */
  | { readonly do: 'reopen'; readonly tap: string }
  /** It tells these events over and over, as fast as its client reads, for so long, ms. */
  | {
      readonly do: 'flood';
      readonly events: readonly string[];
      readonly forMs: number;
      readonly most?: number;
    }
  /** Answers once it was asked for its NICs so often, or after so long, ms. */
  | { readonly do: 'await-listings'; readonly count: number; readonly limitMs: number }
  /** How many commands it was asked so far. */
  | { readonly do: 'count' }
  /** It is another machine from now on, at other sockets: the files of those it had go. */
  | { readonly do: 'become'; readonly spec: PlayedSpec }
  /** It ends as after `quit`: the files of its sockets go. */
  | { readonly do: 'quit' };

/** The answer to an order, or to the spec. */
export interface PlayedAnswer {
  readonly id: number;
  /** Of `tell`: the stamps of its events, ms since 1970 UTC with a fraction. */
  readonly stamps?: readonly number[];
  /** Of `flood`: how many events were told. */
  readonly told?: number;
  /** Of `count`: how many commands it was asked. */
  readonly commands?: number;
}
