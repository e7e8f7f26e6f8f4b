import { asHeraldError, type Finding, messageOf } from '@nic-herald/core';
import { type Domain, findLocalSocket, isForbidden, Libvirt, machineClock } from '@nic-herald/libvirt';
import { domainDescription } from '../domain/domain-xml.js';
import { isReadOnly, type LibvirtMonitorSettings } from '../libvirt-options.js';
import { domainFinding } from './domain-finding.js';

/** Most domains that are told of by name. */
const MAX_TOLD = 20;

/** Which libvirt there is, what it lets this user do, and what its domains would get. Changes nothing, sends QEMU nothing. */
export const diagnoseLibvirt = async (
  settings: LibvirtMonitorSettings,
  signal: AbortSignal,
  open: typeof Libvirt.open = (...given) => Libvirt.open(...given),
  findSocket: typeof findLocalSocket = findLocalSocket,
): Promise<readonly Finding[]> => {
  const ask = async (readOnly: boolean): Promise<readonly Finding[]> => {
    const path = settings.socket ?? findSocket({ readOnly });
    const libvirt = await open(path, machineClock, { readOnly, signal });
    try {
      return await findings(libvirt, signal);
    } finally {
      libvirt.close();
    }
  };
  const readOnly = isReadOnly(settings) === true;
  try {
    return await ask(readOnly);
  } catch (error) {
    const problem = asHeraldError(error, 'HERALD_LIBVIRT_CONNECT', messageOf(error));
    if (problem.code === 'HERALD_LIBVIRT_NO_SOCKET') {
      return [{ level: 'note', what: problem.message, advice: 'an agent waits for it', code: problem.code }];
    }
    const told: Finding = { level: 'problem', what: problem.message, code: problem.code };
    if (readOnly || settings.readOnly === false || settings.socket !== undefined || !isForbidden(problem))
      return [told];
    try {
      return [told, ...(await ask(true))];
    } catch {
      return [told];
    }
  }
};

const findings = async (libvirt: Libvirt, signal: AbortSignal): Promise<readonly Finding[]> => {
  const [{ libvirt: version, hypervisor }, domains] = await Promise.all([
    libvirt.version({ signal }),
    libvirt.domains({ signal }),
  ]);
  const there = `libvirt ${version} with QEMU ${hypervisor} at ${libvirt.socketPath}: ${domains.length} ${domains.length === 1 ? 'domain runs' : 'domains run'}`;
  const first: Finding = libvirt.readOnly
    ? {
        level: 'note',
        what: `${there}; it may only be looked at: no card is read, and no snapshot is handed over through libvirt`,
        advice: "run nic-herald as root or as a user of the socket's group, without readOnly",
      }
    : { level: 'ok', what: there };
  const each = await Promise.all(
    domains.slice(0, MAX_TOLD).map((domain) => ofDomain(libvirt, domain, signal)),
  );
  const more = domains.length - MAX_TOLD;
  return [
    first,
    ...each.flat(),
    ...(more > 0
      ? [
          {
            level: 'note',
            what: `${more} more ${more === 1 ? 'domain was' : 'domains were'} not looked at`,
          } as const,
        ]
      : []),
  ];
};

const ofDomain = async (
  libvirt: Libvirt,
  domain: Domain,
  signal: AbortSignal,
): Promise<readonly Finding[]> => {
  try {
    return [domainFinding(domainDescription(await libvirt.xml(domain, 0, { signal })))];
  } catch (error) {
    return [{ level: 'note', what: `${domain.name}: ${messageOf(error)}` }];
  }
};
