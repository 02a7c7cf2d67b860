import { parentPort, workerData } from 'node:worker_threads'
import type { TransferOrder, TransferThreadData } from './transfer-messages.ts'
import { TransferThread } from './transfer-thread.ts'

/** A thread of the download pool: orders come in, news go back. */
const thread = new TransferThread(workerData as TransferThreadData, news => parentPort?.postMessage(news))

parentPort?.on('message', (orders: readonly TransferOrder[]) => thread.take(orders))
