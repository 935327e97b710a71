"""A sweep on a Swarm: described and begun here, carried out on the nodes, collected by whoever attaches."""
