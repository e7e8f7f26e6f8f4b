import {
  isHeraldError,
  type NetworkLook,
  type NetworkQuestion,
  type NetworkSighting,
  type Port,
  type Station,
  stationOf,
} from '@nic-herald/core';
import { type IpAddress, Ipv4Address, MacAddress } from '@nic-herald/wire';
import { arpFrame } from '../spoken-frames.js';
import { demand, inWords, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { ODD_PORTS } from './odd-ports.js';
import type { OpenedNetworkWatch } from './opened-network-watch.js';
import { DEFAULT_LIMIT_MS, mustEnd, outcomeOf } from './outcome.js';
import { soundLook } from './sound-look.js';

/** A network watch, and a network to try it on. */
export interface NetworkWatchContractOptions {
  /** Called for each case. */
  readonly open: () => Promise<OpenedNetworkWatch>;
  /** Whether it tells who speaks from an address; default false: it is then not tried. */
  readonly tellsAddresses?: boolean;
  /** How long one call may take, ms of real time; default 2000. */
  readonly limitMs?: number;
}

const macOf = (index: number): MacAddress =>
  MacAddress.of(`52:54:03:${hex(index >> 16)}:${hex(index >> 8)}:${hex(index)}`);
const ipOf = (index: number): Ipv4Address =>
  Ipv4Address.of(`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`);
const hex = (value: number): string => (value & 255).toString(16).padStart(2, '0');

const GUEST = stationOf(macOf(1));
const NEIGHBOUR = stationOf(macOf(2));
const [IP, OTHER_IP] = [Ipv4Address.of('192.0.2.1'), Ipv4Address.of('192.0.2.2')];
const NOBODY = Ipv4Address.of('0.0.0.0');
/** More than are watched in a network. */
const MANY = 5000;

const probe = (station: Station): Uint8Array =>
  arpFrame(station, { operation: 'request', senderIp: NOBODY, targetIp: OTHER_IP });
const speech = (station: Station, operation: 'request' | 'reply', senderIp: Ipv4Address): Uint8Array =>
  arpFrame(station, { operation, senderIp, targetIp: Ipv4Address.of('192.0.2.254') });

type Asked = { readonly macs?: readonly MacAddress[]; readonly addresses?: readonly IpAddress[] };
type Ask = (asked: Asked, signal?: AbortSignal) => Promise<NetworkLook>;

/** The contract of a network watch, as a host relies on it. */
export const networkWatchContract = ({
  open,
  tellsAddresses = false,
  limitMs = DEFAULT_LIMIT_MS,
}: NetworkWatchContractOptions): ContractSuite => {
  const watching = (
    name: string,
    run: (opened: OpenedNetworkWatch, ask: Ask) => Promise<void>,
    skip?: string,
  ): ContractCase => ({
    name,
    ...(skip === undefined ? {} : { skip }),
    run: async () => {
      const opened = await open();
      const { watch, port } = opened;
      const ask: Ask = async (asked, signal = new AbortController().signal) => {
        const question = questionOf(asked, signal);
        const look = await mustEnd(
          () => watch.look(port, question),
          limitMs,
          `\`look\` at ${quote(port.name)}`,
        );
        demand(
          look !== undefined,
          `\`look\` does not know the network of ${quote(port)}, on which it is tried`,
        );
        return soundLook(look, question);
      };
      try {
        await mustEnd(() => watch.start?.(new AbortController()), limitMs, '`start` of the watch');
        await run(opened, ask);
      } finally {
        await mustEnd(() => watch.close?.(), limitMs, '`close` of the watch');
        await opened.close();
      }
    },
  });
  const noAddresses = tellsAddresses ? undefined : 'it tells of no addresses';
  return {
    name: 'the contract of a network watch',
    cases: [
      watching(
        'has a name, and knows no network of a port that is not there or that nobody has',
        async (opened) => {
          const { watch, missing } = opened;
          demand(watch.name !== '', '`name` is empty: it must be unique on a host');
          for (const port of [missing, ...ODD_PORTS]) await demandUnknown(watch, port, limitMs);
        },
      ),
      watching('ends when its question is cancelled, before or meanwhile', async ({ watch, port }) => {
        const meanwhile = new AbortController();
        for (const signal of [AbortSignal.abort(), meanwhile.signal]) {
          const question = questionOf({ macs: [GUEST.mac], addresses: [IP] }, signal);
          const ended = outcomeOf(
            () => watch.look(port, question),
            limitMs,
            '`look` did not end when it was cancelled',
          );
          meanwhile.abort();
          const outcome = await ended;
          if ('value' in outcome && outcome.value !== undefined) soundLook(outcome.value, question);
        }
      }),
      watching(
        'tells at which port a MAC was seen last, of those asked about and no others',
        async (opened, ask) => {
          const { port, elsewhere, send, settle } = opened;
          const macs = [GUEST.mac, NEIGHBOUR.mac, macOf(3)];
          await send(port.name, [probe(GUEST)]);
          await send(elsewhere, [probe(NEIGHBOUR), probe(stationOf(macOf(4)))]);
          await settle();
          demandPorts(await ask({ macs }), { [GUEST.mac]: port.name, [NEIGHBOUR.mac]: elsewhere });
          await send(elsewhere, [probe(GUEST)]);
          await settle();
          demandPorts(await ask({ macs }), { [GUEST.mac]: elsewhere, [NEIGHBOUR.mac]: elsewhere });
        },
      ),
      watching('tells of no MAC that no station can have', async ({ elsewhere, send, settle }, ask) => {
        const macs = ['01:00:5e:00:00:01', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'].map((mac) =>
          MacAddress.of(mac),
        );
        await send(
          elsewhere,
          macs.map((mac) => probe(stationOf(mac))),
        );
        await settle();
        demandPorts(await ask({ macs }), {});
      }),
      watching(
        'answers many questions at once, and one about thousands',
        async ({ elsewhere, send, settle }, ask) => {
          await send(elsewhere, [probe(NEIGHBOUR)]);
          await settle();
          const asked = {
            macs: [NEIGHBOUR.mac, ...Array.from({ length: MANY }, (_, index) => macOf(100 + index))],
            addresses: Array.from({ length: MANY }, (_, index) => ipOf(index + 1)),
          };
          const looks = await Promise.all(Array.from({ length: 20 }, () => ask(asked)));
          for (const look of looks) demandPorts(look, { [NEIGHBOUR.mac]: elsewhere });
        },
      ),
      watching(
        'tells who spoke from an address since it was asked about, and how',
        async ({ elsewhere, send, settle }, ask) => {
          const other = stationOf(macOf(3));
          await send(elsewhere, [speech(NEIGHBOUR, 'request', OTHER_IP)]);
          demandSpeakers(await ask({ addresses: [IP] }), []);
          await settle();
          await send(elsewhere, [speech(NEIGHBOUR, 'request', IP), speech(other, 'reply', IP)]);
          await settle();
          demandSpeakers(await ask({ addresses: [IP, OTHER_IP] }), [
            { mac: NEIGHBOUR.mac, address: IP, proof: 'asserted', port: elsewhere },
            { mac: other.mac, address: IP, proof: 'answered', port: elsewhere },
          ]);
        },
        noAddresses,
      ),
    ],
  };
};

const questionOf = ({ macs = [], addresses = [] }: Asked, signal: AbortSignal): NetworkQuestion => ({
  macs: new Set(macs),
  addresses: new Set(addresses),
  signal,
});

const demandUnknown = async (
  watch: OpenedNetworkWatch['watch'],
  port: Port,
  limitMs: number,
): Promise<void> => {
  const question = questionOf({ macs: [GUEST.mac], addresses: [IP] }, new AbortController().signal);
  const outcome = await outcomeOf(
    () => watch.look(port, question),
    limitMs,
    `\`look\` at ${quote(port)} did not end`,
  );
  if ('thrown' in outcome) {
    demand(
      isHeraldError(outcome.thrown),
      `\`look\` at ${quote(port)} rejected with ${inWords(outcome.thrown)}: a HeraldError is wanted`,
    );
  } else {
    demand(
      outcome.value === undefined,
      `\`look\` gave ${quote(outcome.value)} of ${quote(port)}, whose network it cannot know`,
    );
  }
};

const demandPorts = ({ sightings }: NetworkLook, wanted: Readonly<Record<string, string>>): void => {
  const ofMacs = sightings.filter(({ address }) => address === undefined);
  const got = ofMacs.map(({ mac, port }) => `${mac} at ${port}`).toSorted();
  const want = Object.entries(wanted)
    .map(([mac, port]) => `${mac} at ${port}`)
    .toSorted();
  demand(quote(got) === quote(want), `\`look\` told of ${quote(got)}: ${quote(want)} is wanted`);
};

type Speech = Pick<NetworkSighting, 'mac' | 'address' | 'proof' | 'port'>;

const demandSpeakers = ({ sightings }: NetworkLook, wanted: readonly Speech[]): void => {
  const wordsOf = (all: readonly Speech[]): string =>
    all
      .map(({ mac, address, proof, port }) => `${mac} ${proof} ${address} at ${port}`)
      .toSorted()
      .join(', ') || 'nothing';
  const got = wordsOf(sightings.filter(({ address }) => address !== undefined));
  demand(got === wordsOf(wanted), `\`look\` told of ${got}: ${wordsOf(wanted)} is wanted`);
};
