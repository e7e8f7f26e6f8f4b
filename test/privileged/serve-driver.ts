import { createInterface } from 'node:readline';

/**
 * Runs requests from standard input one by one and answers each with a line. A process is in one network
 * namespace, so what is tested in one needs a process there; see DriverProcess.
 */
export const serveDriver = async <Request>(run: (request: Request) => Promise<unknown>): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await run(JSON.parse(line) as Request).then(
      (value) => ({ value }),
      (error: Error & { readonly code?: string }) => ({ code: error.code ?? 'none', message: error.message }),
    );
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
};
