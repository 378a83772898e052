/** Flags of buffers, whose names only some runtimes define at run time. */

/** What a buffer is used for. */
export const usage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** Maps a buffer for reading. */
export const mapForReading = 0x1;
/** Visible to compute shaders. */
export const computeStage = 0x4;
