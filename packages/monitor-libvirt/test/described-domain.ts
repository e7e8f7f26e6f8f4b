import { type FakeDomain, fakeDomain } from '../../libvirt/test/fake-domain.js';

/** An interface as libvirt writes it. `more`: further elements. */
export const interfaceXml = ({
  type = 'bridge',
  mac = '52:54:00:00:00:01',
  model = 'virtio',
  alias = 'net0',
  target = 'vnet0',
  more = '',
}: {
  readonly type?: string;
  readonly mac?: string;
  readonly model?: string;
  readonly alias?: string;
  readonly target?: string;
  readonly more?: string;
} = {}): string => `<interface type='${type}'>
      <mac address='${mac}'/>
      <target dev='${target}'/>
      <model type='${model}'/>
      <alias name='${alias}'/>${more}
    </interface>`;

/** The XML of a domain with these interfaces. */
export const domainXml = ({
  name = 'web-1',
  uuid = '6b1d1c9e-0000-4000-8000-000000000001',
  interfaces = [interfaceXml()],
}: {
  readonly name?: string;
  readonly uuid?: string;
  readonly interfaces?: readonly string[];
} = {}): string => `<domain type='kvm' id='1'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
  <devices>
    ${interfaces.join('\n    ')}
  </devices>
</domain>
`;

/** A QMP reply to each command that is asked of a guest here. */
export const qmpAnswer = (command: string): string => {
  const { execute } = JSON.parse(command) as { readonly execute: string };
  const value = execute === 'query-version' ? { qemu: { major: 7, minor: 2, micro: 22 }, package: '' } : {};
  return JSON.stringify({ return: value, id: 'libvirt-9' });
};

/** A domain that runs, with one NIC, whose QEMU answers. */
export const describedDomain = (more: Partial<FakeDomain> = {}): FakeDomain => {
  const domain = fakeDomain({ monitor: qmpAnswer, ...more });
  return 'xml' in more ? domain : { ...domain, xml: domainXml(domain) };
};

/** Where a guest stands that comes in. */
const MIGRATION = { state: 3, reason: 2 };
export const uuidOf = (index: number): string => `6b1d1c9e-0000-4000-8000-${String(index).padStart(12, '0')}`;
export const numbered = (index: number): FakeDomain =>
  describedDomain({ name: `web-${index}`, uuid: uuidOf(index), id: index });
/** A domain whose XML is never told. */
export const hanging = (index: number): FakeDomain => ({ ...numbered(index), xml: undefined });
/** A domain that waits for its guest, and the commands that its QEMU got. */
export const waiting = () => {
  const commands: string[] = [];
  const domain = describedDomain({
    standing: MIGRATION,
    monitor: (text) => {
      commands.push(text);
      return qmpAnswer(text);
    },
  });
  return { domain, commands };
};
