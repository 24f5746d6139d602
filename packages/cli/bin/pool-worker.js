// A thread of ring3 batch: the same scripts as the command, with the same code cache.
const { load } = require('./bundle.js');

void load('serve-jobs').then(({ serveJobs }) => serveJobs());
