// Copied beside the installed packages: a host of the three example plugins, with a recorded guest whose
// rtl8139 got another MAC. What it would send goes into a pcap file; prints the sources of the frames in it.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { plugin as pcapSink } from '@example/nic-herald-pcap-sink';
import { plugin as rtl8139 } from '@example/nic-herald-rtl8139';
import { plugin as universalMacs } from '@example/nic-herald-universal-macs';
import { PORT_RESOLVER } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { qemu } from '@nic-herald/monitor-qemu';
import { FakeClock, loadRecording, RecordedQemu, ScriptedQmpServer } from '@nic-herald/testkit';
import { decodePcap, decodeRarp } from '@nic-herald/wire';

const clock = new FakeClock();
const recorded = new RecordedQemu(loadRecording('rtl8139-macvlan').source, clock, 'running');
const card = recorded.answer('query-pci').return[0].devices.find(({ qdev_id: id }) => id === 'nic0');
const { address } = card.regions.find(({ bar }) => bar === 1);
recorded.memory.write(address, 0x0000_aa02); // IDR: 02:aa:00:00:00:07
recorded.memory.write(address + 4, 0x0000_0700);
recorded.memory.write(address + 0x44, 0x0000_a40e); // RCR as Linux sets it
const server = new ScriptedQmpServer(recorded, clock);
await server.listen('dry-run.qmp');

// The recorded guest has no process here in which a tap could be proved.
const anyTap = {
  name: 'any-tap',
  contract: 2,
  install: (registrar) =>
    registrar.provide(PORT_RESOLVER, {
      value: { resolve: async ({ interfaceName: name }) => ({ port: { kind: 'tap', name } }) },
    }),
};
const host = await composeHost([
  anyTap,
  qemu({ sockets: [resolve('dry-run.qmp')] }),
  rtl8139({}),
  universalMacs({ except: process.argv.slice(2) }),
  pcapSink({ directory: 'pcap' }),
]);
const [guest] = host.guests();
const { nics } = await host.announce(guest, { timing: { rounds: 1 } });
await host.close();
await server.close();
const [{ model, port, refused }] = nics;
const { records } = decodePcap(await readFile(`pcap/${port}.pcap`));
const sources = records.map(({ frame }) => decodeRarp(frame).mac);
console.log(JSON.stringify({ model, sources, denied: refused.map(({ reason }) => reason) }));
