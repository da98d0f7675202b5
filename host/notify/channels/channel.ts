import { AlphaloomError } from '../../../contracts/errors.ts';
import type { Message } from '../message.ts';

/** Where messages go. */
export interface Channel {
  readonly name: string;
  readonly kind: string;
  /**
   * Delivers a message within the time limit, once.
   * @throws AlphaloomError NOTIFY_FAILED, never with an address or a secret; `deliveryFault` reads it
   */
  send(message: Message): Promise<void>;
  close(): void;
}

/** Whether it may help to send again, and from when on. */
export interface DeliveryFault {
  readonly passing: boolean;
  /** The receiver's own word on how long to wait, ms. */
  readonly retryAfterMs: number | null;
}

export function deliveryFailed(message: string, fault: DeliveryFault): AlphaloomError {
  return new AlphaloomError('NOTIFY_FAILED', message, { ...fault });
}

/** What an error of `send` says of trying again; one that nobody foresaw may pass. */
export function deliveryFault(error: unknown): DeliveryFault {
  if (error instanceof AlphaloomError && error.code === 'NOTIFY_FAILED')
    return error.details as unknown as DeliveryFault;
  return { passing: true, retryAfterMs: null };
}
