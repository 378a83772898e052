/** Whether operations are recorded; the functions that change it are in `autograd`. */
export interface GradMode {
  /** Operations on tensors that require a gradient are recorded. */
  enabled: boolean;
  /** Results are inference tensors, which never take part in recording. */
  inference: boolean;
}

/** The mode of this thread. */
export const gradMode: GradMode = { enabled: true, inference: false };
