import { join } from 'node:path';
import type { LabRig } from '../lab/lab-rig.js';
import { type AtBoth, ipBatch } from '../lab/namespaces.js';
import { OpenVswitch } from '../lab/open-vswitch.js';
import type { LibvirtHost } from './libvirt-host.js';

/** Gives each host an Open vSwitch for a bridge, at whose database libvirt's own `ovs-vsctl` finds it. */
export async function withOpenVswitch(rig: LabRig, hosts: AtBoth<LibvirtHost>): Promise<AtBoth<OpenVswitch>> {
  const start = async ({ namespace, files }: LibvirtHost): Promise<OpenVswitch> => {
    await ipBatch(namespace, ['link del br0']);
    const started = await OpenVswitch.start(namespace, join(files, 'ovs'), ['up0']);
    rig.owns(started);
    return started;
  };
  const [A, B] = await Promise.all([start(hosts.A), start(hosts.B)]);
  return { A, B };
}
