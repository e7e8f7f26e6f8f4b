import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ServiceManager, takeServiceChannel } from './service-manager.js';

const ADDRESS = '/run/systemd/notify';

describe('the service manager', () => {
  it.each([
    ['is not there', {}, undefined],
    ['is not there where its address is empty', { NOTIFY_SOCKET: '' }, undefined],
    ['waits for nothing', { NOTIFY_SOCKET: ADDRESS }, { address: ADDRESS }],
    [
      'waits for another process',
      { NOTIFY_SOCKET: ADDRESS, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' },
      { address: ADDRESS },
    ],
    ['says no time', { NOTIFY_SOCKET: ADDRESS, WATCHDOG_USEC: 'soon' }, { address: ADDRESS }],
    ['says a time of 0', { NOTIFY_SOCKET: ADDRESS, WATCHDOG_USEC: '0' }, { address: ADDRESS }],
    [
      'waits for this process',
      { NOTIFY_SOCKET: '@notify', WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' },
      { address: '@notify', watchdogMs: 30_000 },
    ],
    [
      'waits for whom it started',
      { NOTIFY_SOCKET: ADDRESS, WATCHDOG_USEC: '500' },
      { address: ADDRESS, watchdogMs: 0.5 },
    ],
  ])('%s', (_, env, channel) => {
    const environment = { PATH: '/bin', ...env };
    expect(takeServiceChannel(environment, 7)).toEqual(channel);
    expect(environment, 'what a child process would inherit').toEqual({ PATH: '/bin' });
  });
});

describe('what it is told', () => {
  const told = (tell: (manager: ServiceManager) => void): readonly string[] => {
    const sent: string[] = [];
    const send = (_: string, bytes: Uint8Array) => void sent.push(new TextDecoder().decode(bytes));
    tell(new ServiceManager({ address: ADDRESS }, pino({ level: 'silent' }), send));
    return sent;
  };

  it.each<[string, (manager: ServiceManager) => void, string | RegExp]>([
    ['that it is ready', (manager) => manager.ready('3 guests'), 'READY=1\nSTATUS=3 guests'],
    [
      'a status that would be several lines',
      (manager) => manager.status('a\nSTOPPING=1'),
      'STATUS=a STOPPING=1',
    ],
    ['that it ends', (manager) => manager.stopping(), 'STOPPING=1\nSTATUS=stopping'],
    ['that it is well', (manager) => manager.alive(), 'WATCHDOG=1'],
  ])('%s', (_, tell, text) => {
    expect(told(tell)).toEqual([typeof text === 'string' ? text : expect.stringMatching(text)]);
  });

  it('that it reloads, and when, and that this is over', () => {
    expect(
      told((manager) => {
        manager.ready('3 guests');
        manager.reloading();
        manager.reloaded();
      }).slice(1),
    ).toEqual([expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=[1-9]\d*$/), 'READY=1']);
  });

  it('no reload while it still starts: it would be ready before it is', () => {
    expect(
      told((manager) => {
        manager.reloading();
        manager.reloaded();
      }),
    ).toEqual([]);
  });

  it('is logged once where it is not heard, and again after it was heard', () => {
    const lines: string[] = [];
    const logger: Logger = pino({}, { write: (line) => void lines.push(line) });
    let isDeaf = true;
    const manager = new ServiceManager({ address: ADDRESS }, logger, () => {
      if (isDeaf) throw new TypeError('nobody is there');
    });
    manager.ready('');
    manager.alive();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'HERALD_SERVICE_NOTIFY', notice: 'READY=1' });
    isDeaf = false;
    manager.alive();
    isDeaf = true;
    manager.alive();
    expect(lines).toHaveLength(2);
  });
});
