// Embeds nic-herald: composes a host from plugins and prints every report. Run as root on a hypervisor:
//   node dist/main.js '/run/vm/*.qmp' /var/lib/nic-herald
import { directoryHandoff } from '@nic-herald/handoff-directory';
import { composeHost } from '@nic-herald/host';
import { e1000 } from '@nic-herald/model-e1000';
import { virtioNet } from '@nic-herald/model-virtio-net';
import { qemu } from '@nic-herald/monitor-qemu';
import { linuxPorts } from '@nic-herald/ports-linux';
import { linuxSink } from '@nic-herald/sink-linux';

const [sockets, directory] = process.argv.slice(2);
if (sockets === undefined || directory === undefined) {
  console.error('usage: main.js QMP_SOCKET_OR_GLOB HANDOFF_DIRECTORY');
  process.exit(2);
}

const host = await composeHost([
  virtioNet(),
  e1000(),
  qemu({ sockets: [sockets] }),
  linuxPorts(),
  linuxSink(),
  directoryHandoff({ directory }),
]);
host.bus.on('announce:finished', ({ report }) => console.log(JSON.stringify(report)));
host.bus.on('warning', ({ warning }) => console.error(`${warning.code}: ${warning.message}`));
process.once('SIGINT', () => void host.close());
