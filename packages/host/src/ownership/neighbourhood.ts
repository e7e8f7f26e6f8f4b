import {
  asHeraldError,
  type Clock,
  type HeraldError,
  messageOf,
  type NetworkQuestion,
  type NetworkWatch,
  type Port,
  Turns,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { type GuestHere, type HeardAtPort, HeardHere } from './heard-here.js';
import { type ClaimsThere, jointQuestion, seenElsewhere } from './joint-survey.js';
import { isSameSet } from './same-set.js';
import { type SoundLook, SoundLooks } from './sound-looks.js';

/** How long a look at a network may take, ms. */
const LOOK_DEADLINE_MS = 1000;
/** What neighbours were heard to say is asked for anew where it is older than this, ms. */
const HEARD_LASTS_MS = 2000;
/** Most neighbours that are asked together, and how long they are waited for, ms. */
const MOST_ASKED = 64;
const ASKED_FOR_MS = 200;
/** How often the networks are looked at, ms: a MAC that moves is seen at least twice within the age of a switch's entry. */
const SURVEY_MS = 4000;

/** So many guests look at their networks together. */
const SURVEYS = { places: 4, holdMs: 100 };

/** A guest of this host, as its neighbours ask it. */
interface Neighbour {
  /** Reads its ports, and tells what was heard there. Never rejects. */
  readonly read: () => Promise<unknown>;
  /** What it claims in which network, where only news from there can tell it more; else `undefined`. */
  readonly claims: () => ReadonlyMap<string, ClaimsThere> | undefined;
  /** Nothing that it claims is seen elsewhere now. */
  readonly isAlone: () => void;
  /** Looks at its networks. Never rejects. */
  readonly survey: () => Promise<unknown>;
  readAt: number;
}

/**
 * The networks that the guests of this host are in: what the guests were heard to use there, and what is seen at other
 * ports.
 */
export class Neighbourhood {
  readonly heard = new HeardHere();
  private readonly neighbours = new Map<string, Neighbour>();
  private readonly sound = new SoundLooks();
  private readonly surveys: Turns;
  /** What this host had itself in a network at the last survey. */
  private readonly hostsOwn = new Map<string, Pick<SoundLook, 'hostMacs' | 'hostAddresses'>>();
  private isSurveying = false;
  private isClosed = false;

  constructor(
    private readonly watches: readonly NetworkWatch[],
    private readonly clock: Clock,
    /** This host's name, for people on other hosts. */
    readonly host: string,
    private readonly tell: (problem: HeraldError) => void = () => {},
  ) {
    this.surveys = new Turns(clock, SURVEYS);
  }

  /** A guest is here. The networks of all are looked at together, now and then. */
  join(instance: string, neighbour: Omit<Neighbour, 'readAt'>): void {
    this.neighbours.set(instance, { ...neighbour, readAt: Number.NEGATIVE_INFINITY });
    if (!this.isSurveying) this.surveyLater();
  }

  /** A guest's ports were just read, and this was learned there. */
  wasRead(guest: GuestHere, ports: readonly HeardAtPort[]): void {
    const neighbour = this.neighbours.get(guest.instance);
    if (neighbour === undefined) return; // it has left
    neighbour.readAt = this.clock.elapsed();
    this.heard.heard(guest, ports);
  }

  /** A guest's ports were just read, and it said nothing since the last time. */
  wasSilent({ instance }: GuestHere): void {
    const neighbour = this.neighbours.get(instance);
    if (neighbour !== undefined) neighbour.readAt = this.clock.elapsed();
  }

  leave(instance: string): void {
    this.neighbours.delete(instance);
    this.heard.gone(instance);
  }

  close(): void {
    this.isClosed = true;
  }

  /** Has other guests in these networks read their ports, where that was not done just now. Never rejects. */
  async freshen(self: GuestHere, networks: ReadonlySet<string>): Promise<void> {
    const now = this.clock.elapsed();
    const stale = this.heard.neighboursOf(self, networks).flatMap((instance) => {
      const neighbour = this.neighbours.get(instance);
      return neighbour !== undefined && now - neighbour.readAt >= HEARD_LASTS_MS ? [neighbour] : [];
    });
    if (stale.length === 0) return;
    const asked = stale.sort((a, b) => a.readAt - b.readAt).slice(0, MOST_ASKED);
    for (const neighbour of asked) neighbour.readAt = now; // asked once, whoever asks next
    const all = async (): Promise<unknown> => Promise.all(asked.map(({ read }) => read()));
    await withDeadline(this.clock, ASKED_FOR_MS, 'reading the ports of the neighbours', all).catch(() => {});
  }

  /** What is seen in a port's network; `undefined` where no watch knows it. Never rejects: what fails is told. */
  async look(
    port: Port,
    question: Omit<NetworkQuestion, 'signal'>,
    signal?: AbortSignal,
  ): Promise<SoundLook | undefined> {
    for (const watch of this.watches) {
      try {
        const what = `looking at the network of ${port.name} by ${watch.name}`;
        const look = await withDeadline(
          this.clock,
          LOOK_DEADLINE_MS,
          what,
          async (inner) => watch.look(port, { ...question, signal: inner }),
          signal,
        );
        if (look !== undefined) return this.sound.of(look);
      } catch (error) {
        if (signal?.aborted) return undefined;
        const message = `${watch.name} cannot look at the network of ${port.name}: ${messageOf(error)}`;
        this.tell(
          asHeraldError(error, 'HERALD_NETWORK_UNWATCHED', message, { watch: watch.name, port: port.name }),
        );
      }
    }
    return undefined;
  }

  private surveyLater(): void {
    this.isSurveying = !this.isClosed && this.neighbours.size > 0 && this.watches.length > 0;
    if (!this.isSurveying) return;
    this.clock.setTimer(SURVEY_MS, () => void this.survey().finally(() => this.surveyLater()));
  }

  /** Looks at each network once for all guests in it; those that this may concern then look for themselves. */
  private async survey(): Promise<void> {
    const networks = new Map<string, Map<Neighbour, ClaimsThere>>();
    const concerned = new Set<Neighbour>();
    const here = [...this.neighbours.values()];
    for (const neighbour of here) {
      const claims = neighbour.claims();
      if (claims === undefined) concerned.add(neighbour);
      for (const [network, there] of claims ?? []) {
        const all = networks.get(network) ?? new Map<Neighbour, ClaimsThere>();
        networks.set(network, all.set(neighbour, there));
      }
    }
    for (const network of this.hostsOwn.keys()) if (!networks.has(network)) this.hostsOwn.delete(network);
    for (const [network, claims] of networks)
      for (const each of await this.concernedIn(network, claims)) concerned.add(each);
    for (const neighbour of here) if (!concerned.has(neighbour)) neighbour.isAlone();
    await Promise.all([...concerned].map(({ survey }) => this.surveys.run(survey)));
  }

  private async concernedIn(
    network: string,
    claims: ReadonlyMap<Neighbour, ClaimsThere>,
  ): Promise<Iterable<Neighbour>> {
    const question = jointQuestion(claims.values());
    const look = question && (await this.look(question.port, question));
    if (look === undefined) return claims.keys();
    const before = this.hostsOwn.get(network);
    this.hostsOwn.set(network, look);
    const isSameHost =
      isSameSet(before?.hostMacs, look.hostMacs) && isSameSet(before?.hostAddresses, look.hostAddresses);
    return isSameHost ? seenElsewhere(claims, look.sightings) : claims.keys();
  }
}
