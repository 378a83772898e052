/**
 * The place for optimizers beyond torch.optim; it is empty so far.
 *
 * @module
 */

export {};
