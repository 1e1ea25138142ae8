import type { Message } from '../../preload/contract/conversations.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';

/** What the model is doing for an unfinished answer, with the numbers to show. */
export type Activity =
  | { kind: 'starting' }
  | { kind: 'queued'; ahead: number }
  | { kind: 'loading'; fraction: number }
  | { kind: 'reading'; done: number; total: number; reused: number }
  | { kind: 'writing' };

/** One turn of the page. Streaming touches `text` and `activity` of one turn and nothing else in the window. */
export class Turn {
  readonly id: string;
  message = $state.raw() as Message;
  text = $state('');
  /** Null when nothing is running for this turn. */
  activity = $state.raw<Activity | null>(null);
  isStopping = $state(false);

  constructor(message: Message, isLive: boolean) {
    this.id = message.id;
    this.take(message, isLive);
  }

  /** Replaces everything by a snapshot. */
  take(message: Message, isLive: boolean): void {
    this.message = message;
    this.text = message.text;
    if (!isLive) this.activity = null;
    else if (message.text !== '') this.activity = { kind: 'writing' };
    else this.activity ??= { kind: 'starting' };
    if (!isLive) this.isStopping = false;
  }

  /** Applies one event, which the gate has let through. */
  advance(event: GenerationEvent): void {
    switch (event.kind) {
      case 'queued':
        this.activity = { kind: 'queued', ahead: event.ahead };
        break;
      case 'loading':
        this.activity = { kind: 'loading', fraction: event.fraction };
        break;
      case 'reading':
        this.activity = { kind: 'reading', done: event.done, total: event.total, reused: event.reused };
        break;
      case 'text':
        this.text += event.text;
        if (this.activity?.kind !== 'writing') this.activity = { kind: 'writing' };
        break;
      case 'finished':
        this.take(event.message, false);
        break;
    }
  }
}
