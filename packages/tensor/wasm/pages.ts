/**
 * Free runs of pages: lists by powers of two, neighbours joined when a run is
 * given back, and what was given back last is taken first, as it may still be
 * in a cache. Pages are numbers; whose memory they are is not known here.
 */
export class PageAllocator {
  /** Length of the free run that starts or ends at a page, else 0. */
  #run = new Int32Array(0);
  /** Neighbours in the list that a run is in, by first page; -1 at the ends. */
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  /** First runs of the lists, by the binary logarithm of their length. */
  readonly #heads = new Int32Array(32).fill(-1);

  /** Gives pages to the allocator. */
  add(start: number, count: number): void {
    this.#reserve(start + count);
    const before = start > 0 ? this.#run[start - 1]! : 0;
    if (before > 0) {
      this.#remove(start - before, before);
      start -= before;
      count += before;
    }
    const after = this.#run[start + count] ?? 0;
    if (after > 0) {
      this.#remove(start + count, after);
      count += after;
    }
    this.#run[start] = count;
    this.#run[start + count - 1] = count;
    const list = log2(count), next = this.#heads[list]!;
    this.#next[start] = next;
    this.#previous[start] = -1;
    if (next >= 0) this.#previous[next] = start;
    this.#heads[list] = start;
  }

  /** Takes `count` neighbouring pages and returns the first, or -1 if there are none. */
  take(count: number): number {
    const own = log2(count);
    // Runs of the own list may be too short, those of the next ones never are.
    const start = this.#find(own, count, 8) ?? this.#longer(own) ??
      this.#find(own, count, Infinity);
    if (start === undefined) return -1;
    const length = this.#run[start]!;
    this.#remove(start, length);
    if (length > count) this.add(start + count, length - count);
    return start;
  }

  #find(list: number, count: number, tries: number): number | undefined {
    for (
      let start = this.#heads[list]!;
      start >= 0 && tries > 0;
      start = this.#next[start]!, tries--
    ) {
      if (this.#run[start]! >= count) return start;
    }
    return undefined;
  }

  #longer(list: number): number | undefined {
    for (let l = list + 1; l < this.#heads.length; l++) {
      if (this.#heads[l]! >= 0) return this.#heads[l];
    }
    return undefined;
  }

  #remove(start: number, count: number): void {
    const next = this.#next[start]!, previous = this.#previous[start]!;
    if (next >= 0) this.#previous[next] = previous;
    if (previous >= 0) this.#next[previous] = next;
    else this.#heads[log2(count)] = next;
    this.#run[start] = 0;
    this.#run[start + count - 1] = 0;
  }

  /** Makes the tables long enough for pages below `end`. */
  #reserve(end: number): void {
    if (end < this.#run.length) return;
    const longer = (old: Int32Array<ArrayBuffer>) => {
      const table = new Int32Array(Math.max(2 * old.length, end + 1));
      table.set(old);
      return table;
    };
    this.#run = longer(this.#run);
    this.#next = longer(this.#next);
    this.#previous = longer(this.#previous);
  }
}

function log2(count: number): number {
  return 31 - Math.clz32(count);
}
