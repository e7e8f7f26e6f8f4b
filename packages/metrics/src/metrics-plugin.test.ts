import { isHeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { type MetricsOptions, metrics, parseListen } from './metrics-plugin.js';

describe('where to listen', () => {
  it.each([
    '',
    '127.0.0.1',
    ':9199',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:9199x',
    '300.0.0.1:9199',
    '::1:9199',
    '[127.0.0.1]:9199',
    '[::1',
    'localhost:9199',
    'hv1.example:9199',
    '9199.5',
    99_999,
    -1,
    1.5,
  ])('is not %s', (written) => {
    expect(parseListen(written)).toBeUndefined();
  });

  it.each<[string | number, string, number]>([
    [9199, '127.0.0.1', 9199],
    ['9199', '127.0.0.1', 9199],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:9199', '::1', 9199],
    ['[::]:0', '::', 0],
  ])('is %s', (written, address, port) => {
    expect(parseListen(written)).toEqual({ address, port });
  });
});

describe('the plugin', () => {
  it.each<[MetricsOptions, string]>([
    [{ listen: 'localhost:1' }, 'metrics: listen must be a port from 0 to 65535'],
    [{ socket: '' }, 'metrics: socket must be the path of a socket'],
    [{ mode: '888' }, 'metrics: mode must be three octal digits in quotes'],
    [{ mode: 660 as never }, 'metrics: mode must be three octal digits in quotes'],
    [{ port: 1 } as never, 'metrics: port is no option: known are listen, socket, mode'],
  ])('refuses %j', (options, message) => {
    let thrown: unknown;
    try {
      metrics(options);
    } catch (error) {
      thrown = error;
    }
    expect(isHeraldError(thrown) && [thrown.code, thrown.message.startsWith(message)]).toEqual([
      'HERALD_METRICS_OPTIONS',
      true,
    ]);
  });
});
