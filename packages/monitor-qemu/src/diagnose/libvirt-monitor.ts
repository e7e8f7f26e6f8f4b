/**
 * Whether a path is that of the monitor by which libvirt manages a guest: `.../domain-3-web/monitor.sock`, and
 * `.../libvirt/qemu/web.monitor` of old versions. Sockets of others may lie beside them.
 */
export const isLibvirtMonitor = (path: string): boolean =>
  /\/domain-[^/]+\/monitor\.sock$|\/libvirt\/qemu\/(?:lib\/)?[^/]+\.monitor$/.test(path);
