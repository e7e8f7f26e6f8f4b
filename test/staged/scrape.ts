import { request } from 'node:http';

/** What a server at a unix socket answers. */
export interface Scraped {
  readonly status: number;
  readonly body: string;
}

/** Asks for a path at a unix socket. */
export const scrape = (socketPath: string, path: string, accept = 'text/plain'): Promise<Scraped> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, headers: { accept }, timeout: 5000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        body += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${socketPath}`)));
    asked.on('error', reject);
    asked.end();
  });

/** The value of each series of a scrape, by its name with its labels. */
export const seriesIn = (text: string): ReadonlyMap<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
  );
