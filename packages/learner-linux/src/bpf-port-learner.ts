import { HeraldError, type LearnedStations, messageOf, type Port, type PortLearner } from '@nic-herald/core';
import {
  enterIngress,
  type FileDescriptor,
  type IngressPlace,
  type IngressWay,
  type Links,
  loadClassifier,
  lockHolderText,
  openLinks,
} from '@nic-herald/linux-sys';
import { AgedMap } from './aged-map.js';
import { decodeAddresses } from './decode-addresses.js';
import { decodeQuestions } from './decode-questions.js';
import { decodeReports } from './decode-reports.js';
import { decodeSightings } from './decode-sightings.js';
import {
  ADDRESSES_MAP,
  LEARN_PROGRAM_NAME,
  learnInstructions,
  QUESTIONS_MAP,
  STATIONS_MAP,
} from './learn-program.js';
import { isAnother, learnerUnavailable, portMissing } from './learner-error.js';
import { RecentStations } from './recent-stations.js';

/** So long what was taken from the port may be away before that is told, ms: it comes back sooner, where it can. */
const LOST_AFTER_MS = 5000;

/** For so many stations there is one question: most ask for one router, and of many behind a card few ask at all. */
const QUESTIONS_PART = 4;

interface Owned {
  readonly links: Links;
  readonly ingress: IngressPlace;
  readonly stations: AgedMap;
  readonly addresses: AgedMap;
  readonly questions: AgedMap;
  readonly recent: RecentStations;
}

/** How a port is learned at. */
export interface BpfPortOptions {
  /** How many stations, and how many IP addresses, its tables hold. */
  readonly capacity: number;
  /** False does without tcx where the kernel has it. */
  readonly tcx?: boolean;
}

/**
 * The program on one port, with tables of its own: what one guest sends never costs another a station. They stay
 * while a host's tool takes the program away, until it is put back.
 */
export class BpfPortLearner implements PortLearner {
  private isClosed = false;

  private constructor(
    private readonly port: Port,
    private readonly index: number,
    private readonly owned: Owned,
  ) {}

  /** Throws as `BpfLearner.open` rejects; nothing stays then. */
  static open(port: Port, { capacity, tcx = true }: BpfPortOptions): BpfPortLearner {
    const undo: (() => void)[] = [];
    const undoable = <T extends { close(): void }>(made: T): T => {
      undo.unshift(() => made.close());
      return made;
    };
    try {
      const links = undoable(openLinks());
      const link = links.find({ name: port.name });
      if (!link || isAnother(port, link)) throw portMissing(port);
      const recent = undoable(RecentStations.create());
      const stations = undoable(AgedMap.create({ ...STATIONS_MAP, capacity }, () => recent.forget()));
      const addresses = undoable(AgedMap.create({ ...ADDRESSES_MAP, capacity }));
      const questions = undoable(
        AgedMap.create({ ...QUESTIONS_MAP, capacity: Math.ceil(capacity / QUESTIONS_PART) }),
      );
      const maps = { stations: stations.fd, addresses: addresses.fd, questions: questions.fd };
      const instructions = learnInstructions({ ...maps, ...recent.fds });
      const ingress = openIngress(port, link.index, instructions, tcx);
      const owned = { links, ingress, stations, addresses, questions, recent };
      return new BpfPortLearner(port, link.index, owned);
    } catch (error) {
      for (const step of undo) step();
      throw learnerUnavailable(error, port.name);
    }
  }

  /** How the program gets at the port's frames. */
  get way(): IngressWay {
    return this.owned.ingress.way;
  }

  /**
   * Rejects with HERALD_PORT_MISSING where the port is gone or was made anew, with HERALD_LEARNER_LOST where
   * the program was taken away and could not be put back: close it and open another.
   */
  async read(): Promise<LearnedStations> {
    const { links, ingress, stations, addresses, questions } = this.owned;
    try {
      if (!links.find({ index: this.index })) throw portMissing(this.port);
      const { missing } = ingress;
      if (missing && performance.now() - missing.since > LOST_AFTER_MS) throw lost(this.port, missing.reason);
      const claims = addresses.entries(); // first: the program writes a station before its addresses
      const asked = questions.entries();
      const sightings = stations.entries();
      const nowNs = process.hrtime.bigint();
      const of = { addresses: decodeAddresses(claims, nowNs), asked: decodeQuestions(asked, nowNs) };
      return {
        stations: decodeSightings(sightings, nowNs, of),
        exactVlans: true,
        capacity: stations.capacity,
        multicastReports: decodeReports(sightings),
      };
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    }
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const { links, ingress, stations, addresses, questions, recent } = this.owned;
    try {
      ingress.close();
    } catch (error) {
      throw learnerUnavailable(error, this.port.name);
    } finally {
      questions.close();
      addresses.close();
      stations.close();
      recent.close();
      links.close();
    }
  }
}

/** One learner per port: a second one would take the first one's program for a dead owner's. */
const openIngress = (port: Port, index: number, instructions: Uint8Array, tcx: boolean): IngressPlace => {
  const load = (): FileDescriptor => loadClassifier(LEARN_PROGRAM_NAME, instructions);
  // What a guest sends comes in at its tap; a macvtap sends it.
  const hook = port.kind === 'macvtap' ? 'egress' : 'ingress';
  const ingress = enterIngress(index, 'learn', load, { tcx, hook });
  if (!('heldBy' in ingress)) return ingress;
  const { heldBy } = ingress;
  throw new HeraldError(
    'HERALD_LEARNER_BUSY',
    `${lockHolderText(heldBy)} already learns at port ${port.name}: let it, or stop it first`,
    { details: { port: port.name, ...(heldBy !== 'unknown' && { pid: heldBy.pid, uid: heldBy.uid }) } },
  );
};

const lost = (port: Port, reason: unknown): HeraldError =>
  new HeraldError(
    'HERALD_LEARNER_LOST',
    `port ${port.name}: the program nic-herald-learn was taken from its ingress and could not be put back${reason === undefined ? '' : ` (${messageOf(reason)})`}, so nothing is learned there any more; that is tried anew`,
    { details: { port: port.name }, cause: reason },
  );
