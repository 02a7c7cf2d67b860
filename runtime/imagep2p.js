#!/usr/bin/env node
// The command as a checkout's `npx imagep2p` finds it, at once and with the Node beside it.
import '../bin/imagep2p.js'
