import type { DataConverter } from '@temporalio/common';

/** One for clients, workers and replay, so that a codec can be added in one place. */
export const dataConverter: DataConverter = {};
