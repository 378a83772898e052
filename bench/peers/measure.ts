import type { Peer } from "./peer.ts";
import { type Cell, median, type RowResult } from "./results.ts";
import type { RowHead } from "./rows.ts";

/** Measures one row: each round asks every library once, forwards and backwards in turn. */
export async function measureRow(
  row: RowHead,
  peers: readonly Peer[],
  rounds: number,
  seconds: number,
): Promise<RowResult> {
  const cells: Record<string, Cell> = {};
  const samples = new Map<Peer, number[]>();
  const starts = new Map<Peer, { how: string; answer: number }>();
  async function attempt(peer: Peer, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      cells[peer.name] = { absent: (error as Error).message };
    }
  }
  for (const peer of peers) {
    if (!peer.serves(row.mode)) continue;
    cells[peer.name] = { absent: "" }; // keeps the order of the columns
    await attempt(peer, async () => {
      starts.set(peer, await peer.start(row, seconds));
      samples.set(peer, []);
    });
  }
  for (let round = 0; round < rounds; round++) {
    const running = peers.filter((peer) => samples.has(peer));
    for (const peer of round % 2 === 0 ? running : running.reverse()) {
      const own = samples.get(peer)!;
      await attempt(peer, async () => void own.push(await peer.sample()));
      if (own.length <= round) samples.delete(peer);
    }
  }
  for (const [peer, own] of samples) {
    await attempt(peer, async () => {
      await peer.stop();
      cells[peer.name] = {
        ...starts.get(peer)!,
        samples: own,
        median: median(own),
      };
    });
  }
  const { id, title, flop } = row;
  return { id, title, ...(flop === undefined ? {} : { flop }), cells };
}
