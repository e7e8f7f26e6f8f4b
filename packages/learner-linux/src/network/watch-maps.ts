import {
  allOrNothing,
  BpfKeySet,
  type BpfMapEntries,
  type FileDescriptor,
  type FrameWatch,
  loadSocketFilter,
  watchIngress,
} from '@nic-herald/linux-sys';
import { AgedMap } from '../aged-map.js';
import { ipKey } from '../ip-key.js';
import { SPEAKERS_MAP, WATCH_PROGRAM_NAME, WATCHED_MAP, watchInstructions } from './watch-program.js';
import { MAX_WATCHED, type WatchedChange } from './watched-addresses.js';

/** An address may be spoken from and answered for. */
const SPEAKERS_CAPACITY = 2 * MAX_WATCHED;

/** The program that notes who speaks from watched addresses, with maps of its own. */
export class WatchMaps {
  private constructor(
    private readonly watched: BpfKeySet,
    private readonly speakers: AgedMap,
    private readonly program: FileDescriptor,
  ) {}

  /** Needs CAP_BPF. Throws SystemCallError; nothing stays then. */
  static create(): WatchMaps {
    return allOrNothing((own) => {
      const watched = own(BpfKeySet.create({ ...WATCHED_MAP, capacity: MAX_WATCHED }));
      const speakers = own(AgedMap.create({ ...SPEAKERS_MAP, capacity: SPEAKERS_CAPACITY }));
      const instructions = watchInstructions({ watched: watched.fd, speakers: speakers.fd });
      return new WatchMaps(watched, speakers, own(loadSocketFilter(WATCH_PROGRAM_NAME, instructions)));
    });
  }

  /** Shows the program what comes in at a port. Needs CAP_NET_RAW. Throws SystemCallError. */
  attach(portIndex: number): FrameWatch {
    return watchIngress(portIndex, this.program.number);
  }

  /** Throws SystemCallError. */
  change({ added, removed }: WatchedChange): void {
    this.watched.delete(removed.map(ipKey)); // first: there is no room beyond the capacity
    this.watched.add(added.map(ipKey));
  }

  /** Throws SystemCallError. */
  entries(): BpfMapEntries {
    return this.speakers.entries();
  }

  /** The program stays in the kernel with what it is attached to. */
  close(): void {
    this.program.close();
    this.speakers.close();
    this.watched.close();
  }
}
