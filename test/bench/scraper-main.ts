import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';

// Asks as it is told over IPC: `{ everyMs }` for the metrics again and again until the next word (0: not), `{ once: path }` a
// single time, which is answered with `{ tookMs, bytes }`. It ends where an answer is none, and says why.
const [origin = ''] = process.argv.slice(2);
let turn = 0;

/** Over a connection of its own, as the server ends each. */
const scrape = (path: string): Promise<{ tookMs: number; bytes: number }> =>
  new Promise((resolve, reject) => {
    const since = performance.now();
    const asked = get(`${origin}${path}`, { agent: false }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve({ tookMs: performance.now() - since, bytes });
        else reject(new Error(`status ${answer.statusCode}`));
      });
    });
    asked.on('error', reject);
  });

/** One after another: a scraper does not begin anew before it is done. */
const again = async (everyMs: number, isWanted: () => boolean): Promise<void> => {
  while (isWanted()) {
    const { tookMs } = await scrape('/metrics');
    await setTimeout(Math.max(0, everyMs - tookMs));
  }
};

process.on('message', (word: { readonly everyMs?: number; readonly once?: string }) => {
  if (word.once !== undefined) return void scrape(word.once).then((done) => process.send?.(done));
  const { everyMs = 0 } = word;
  turn += 1;
  const ours = turn;
  if (everyMs > 0) void again(everyMs, () => turn === ours);
  return process.send?.({});
});
process.on('disconnect', () => process.exit());
process.send?.({});
