import '@ring3/element';
