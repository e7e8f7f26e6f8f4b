import { describe, expect, it } from 'vitest';
import { domainXml, interfaceXml } from '../../test/described-domain.js';
import { DomainNics } from './domain-nics.js';
import { domainDescription } from './domain-xml.js';

const holder = { bootId: 'b', pid: 7, startTicks: 9 };
const signal = new AbortController().signal;
const nicsOf = (...interfaces: readonly string[]): DomainNics =>
  new DomainNics(
    async () => domainDescription(domainXml({ interfaces })),
    () => holder,
  );

describe('DomainNics', () => {
  it('passes on why the domain cannot be described', async () => {
    const nics = new DomainNics(
      () => Promise.reject(new TypeError('gone')),
      () => undefined,
    );
    await expect(nics.list({ signal })).rejects.toThrow('gone');
    await expect(nics.fingerprint({ signal })).rejects.toThrow('gone');
  });

  it('names each NIC once', async () => {
    const twice = nicsOf(interfaceXml(), interfaceXml({ target: 'vnet1' }));
    expect((await twice.list({ signal })).map(({ backend }) => backend?.interfaceName)).toEqual(['vnet0']);
  });

  it('lists them with the process that holds their taps', async () => {
    const [nic] = await nicsOf(interfaceXml()).list({ signal });
    expect(nic).toMatchObject({ id: 'net0', backend: { interfaceName: 'vnet0', holder } });
  });

  it.each<[string, string, boolean]>([
    ['nothing', interfaceXml(), false],
    ['another alias', interfaceXml({ alias: 'net1' }), true],
    ['another target', interfaceXml({ target: 'vnet1' }), true],
    ['what is not looked at', interfaceXml({ more: '<link state="down"/>' }), false],
  ])('its fingerprint shows %s', async (_, changed, differs) => {
    const [before, after] = await Promise.all(
      [interfaceXml(), changed].map((each) => nicsOf(each).fingerprint({ signal })),
    );
    expect(before?.print !== after?.print).toBe(differs);
  });

  it('has ids where there is no alias yet', async () => {
    const [alias, none] = [interfaceXml(), interfaceXml({ alias: ' ' })];
    expect((await nicsOf(alias).fingerprint({ signal })).ids).toEqual(['net0']);
    expect((await nicsOf(none).fingerprint({ signal })).ids).toEqual(['52:54:00:00:00:01']);
  });

  it.each<[string, string | undefined]>([
    ['/machine/unattached/device[3]', undefined],
    ['/machine/peripheral-anon/device[0]', undefined],
    ['/machine/peripheral/net0', 'net0'],
    ['/machine/peripheral/net0/virtio-backend', 'net0'],
  ])('the NIC of %s is %s', async (path, id) => {
    expect(await nicsOf().idOf(path)).toBe(id);
  });

  it('the path of a NIC', async () => {
    expect(await nicsOf().pathOf('net0')).toBe('/machine/peripheral/net0');
  });
});
