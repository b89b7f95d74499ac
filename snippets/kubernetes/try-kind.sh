#!/bin/sh
# try-kind.sh: hello on a real cluster; killed, replaced and moved, with visitors.
#     kind create cluster --config kind.yaml && sh try-kind.sh
# On Linux, on a fresh cluster, in the folder of the manifests; it wants docker, kind,
# kubectl, curl and python3. Before you run it again: kind delete cluster
# Exit status: 0 if all went well, and nobody was lost but perhaps at the kill.
set -eu
base=${BASE:-python:3.13-slim}
list() { # What, then how to choose from it, then which field.
    kubectl get "$1" --selector "$2" --output "jsonpath={.items[*]$3}"
}
settled() {
    kubectl rollout status deployment/hello --timeout=300s
}
leader='node-role.kubernetes.io/control-plane'

export BUILDX_NO_DEFAULT_ATTESTATIONS=1 # a plain image: `kind load` is choosy
docker run --rm "$base" pip install --quiet --dry-run --ignore-installed --report - \
    flask gunicorn | python3 lock.py > requirements.txt
for release in 1 2; do
    docker build --quiet --build-arg "BASE=$base" --label "release=$release" \
        --file Containerfile --tag "localhost/hello:$release" .
    kind load docker-image "localhost/hello:$release"
done

# What the schemas let pass, the cluster refuses, and for that and no other reason.
for mistake in '/automount/a\      restartPolicy: Sometimes' 's/ labels: .*/ labels: {}/'; do
    if said=$(sed "$mistake" deployment.yaml |
        kubectl apply --dry-run=server --filename - 2>&1); then
        echo "try-kind: the cluster took it: $mistake"
        exit 1
    fi
    echo "$said" | grep 'spec\.template'
done
kubectl apply --filename deployment.yaml --filename service.yaml --filename pdb.yaml
settled

# A port of the leading node, so that the crowd need not be inside.
kubectl expose deployment hello --name=door --type=NodePort --port=80 --target-port=http
address=$(list nodes "$leader" '.status.addresses[?(@.type=="InternalIP")].address')
door=$(kubectl get service door --output 'jsonpath={.spec.ports[0].nodePort}')
page=http://$address:$door/
curl --silent --fail --retry 30 --retry-all-errors --retry-delay 1 "${page}health"

echo "try-kind: gunicorn ends, and nobody was asked before"
pod=$(list pods app=hello .metadata.name)
pod=${pod%% *}
stop='import os; os.kill(1, 15)'
restarts='jsonpath={.status.containerStatuses[0].restartCount}'
python3 crowd.py "$page" -- kubectl exec "$pod" -- python3 -c "$stop" ||
    echo "try-kind: status $?; here 1 may be, somebody lost: nobody held the port"
timeout 60 sh -c "until kubectl get pod $pod --output '$restarts' | grep 1; do sleep 1; done"
kubectl wait "pod/$pod" --for=condition=Ready --timeout=120s

echo "try-kind: a new release; from here on nobody may be lost"
renew='kubectl set image deployment/hello web=localhost/hello:2 &&
    kubectl rollout status deployment/hello --timeout=300s && sleep 10'
python3 crowd.py "$page" -- sh -c "$renew" # the last old one goes in those ten seconds

workers=$(list nodes "!$leader" .metadata.name)
for node in ${workers:?there is no machine to empty}; do
    echo "try-kind: $node is emptied"
    python3 crowd.py "$page" -- kubectl drain "$node" \
        --ignore-daemonsets --delete-emptydir-data --timeout=300s
    kubectl uncordon "$node"
    settled
done
