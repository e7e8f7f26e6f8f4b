import { describe, expect, it } from 'vitest';
import { parseNetworkClients } from './network-clients.js';

// as QEMU 7.2.22 printed it; the fd form is that of a tap handed over open
const PRINTED = [
  'hub 0',
  ' \\ h0: nic0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:00:00:01',
  'e1000.0: index=0,type=nic,model=e1000,macaddr=52:54:00:00:00:02',
  ' \\ s1: index=0,type=socket,socket: udp=127.0.0.1:33333',
  'rtl8139.0: index=0,type=nic,model=rtl8139,macaddr=52:54:00:00:00:04',
  'mq: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:12:34:57',
  ' \\ t0: index=0,type=tap,ifname=tap7,script=no,downscript=no',
  'mq: index=1,type=nic,',
  ' \\ t0: index=1,type=tap,ifname=tap7,script=no,downscript=no',
  'net0: index=0,type=nic,model=virtio-net-pci,macaddr=52:54:00:00:00:02',
  ' \\ hostnet0: index=0,type=tap,fd=30',
  'lonely: index=0,type=tap,ifname=tap9,script=no,downscript=no',
  '',
].join('\r\n');

describe('parseNetworkClients', () => {
  it.each([
    '',
    'Error: no',
    '\r\n\r\n',
    ' \\ t0: index=0,type=tap,ifname=x',
    'nic0: index=x,type=nic',
    ': index=0,type=nic',
  ])('finds no NIC in %j', (text) => {
    expect(parseNetworkClients(text)).toEqual([]);
  });

  it('reads NICs and what they are plugged into', () => {
    const seen = parseNetworkClients(PRINTED).map(({ name, model, currentMac, peer, hub }) =>
      [name, model, currentMac, peer ? `${peer.name}/${peer.type}/${peer.info}` : hub].filter((part) => part),
    );
    expect(seen).toEqual([
      ['nic0', 'virtio-net-pci', '52:54:00:00:00:01', { number: '0', port: 'h0' }],
      ['e1000.0', 'e1000', '52:54:00:00:00:02', 's1/socket/socket: udp=127.0.0.1:33333'],
      ['rtl8139.0', 'rtl8139', '52:54:00:00:00:04'],
      ['mq', 'virtio-net-pci', '52:54:00:12:34:57', 't0/tap/ifname=tap7,script=no,downscript=no'],
      ['net0', 'virtio-net-pci', '52:54:00:00:00:02', 'hostnet0/tap/fd=30'],
    ]);
  });
});
