import { describe, expect, it } from 'vitest';
import { acceptedFormat } from './accepted-format.js';

describe('the accepted format', () => {
  it.each<[string, string | undefined]>([
    ['nothing said', undefined],
    ['an empty header', ''],
    ['anything', '*/*'],
    ['what there is not', 'image/png'],
    ['no header at all but commas', ',,,;;;,='],
    ['OpenMetrics, not at all', 'application/openmetrics-text;q=0'],
    ['OpenMetrics of an odd weight', 'application/openmetrics-text;q=much'],
    ['OpenMetrics of a version to come', 'application/openmetrics-text;version=2.0.0'],
    ['both as welcome', 'application/openmetrics-text,text/plain'],
    ['text rather', 'text/plain;q=0.8,application/openmetrics-text;q=0.5'],
    ['any text rather', 'text/*;q=0.8,application/openmetrics-text;q=0.5'],
    ['protocol buffers and text', 'application/vnd.google.protobuf;q=0.9,text/plain;version=0.0.4;q=0.5'],
    ['OpenMetrics as the 65th of a flood', `${'a/b,'.repeat(64)}application/openmetrics-text`],
  ])('is the text of Prometheus for %s', (_, accept) => {
    expect(acceptedFormat(accept)).toBe('prometheus');
  });

  it.each<[string, string]>([
    ['alone', 'application/openmetrics-text'],
    ['in capitals', 'Application/OpenMetrics-Text; Version=1.0.0'],
    [
      'as Prometheus 2 asks',
      'application/openmetrics-text;version=1.0.0;q=0.75,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.25,*/*;q=0.1',
    ],
    ['with a quoted version', 'application/openmetrics-text; version="1.0.0", text/plain;q=0.5'],
    ['where text is not welcome', 'text/plain;q=0, application/openmetrics-text;q=0.1, */*'],
  ])('is OpenMetrics %s', (_, accept) => {
    expect(acceptedFormat(accept)).toBe('openMetrics');
  });
});
