// Copied beside the installed packages: a guest with an rtl8139, whose driver has set another MAC.
import { FakeClock, loadRecording, RecordedQemu, ScriptedQmpServer } from '@nic-herald/testkit';

const clock = new FakeClock();
const qemu = new RecordedQemu(loadRecording('rtl8139-macvlan').source, clock, 'running');
const { return: buses } = qemu.answer('query-pci');
const card = buses[0].devices.find(({ qdev_id: id }) => id === 'nic0');
const { address } = card.regions.find(({ bar }) => bar === 1);
qemu.memory.write(address, 0x0000_aa02);
qemu.memory.write(address + 4, 0x0000_0700);
const server = new ScriptedQmpServer(qemu, clock);
await server.listen('guest.qmp');
console.log('listening');
process.once('SIGTERM', () => void server.close());
